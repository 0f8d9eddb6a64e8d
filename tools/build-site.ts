/** `npm run site`: makes the site of the docs, and prints where it is. */
import { buildSite } from './own-lock.ts'

console.log(await buildSite())

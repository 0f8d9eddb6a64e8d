/** Tells whether two texts are the same query, so that one that ended the store is known when it comes again. */
import { createHash } from 'node:crypto'

/** Quoted text, which stays; white space and comments, which count as one space; or words, whose case does not matter. */
const tokens = /('[^']*'|"[^"]*")|((?:--.*|\/\*[\s\S]*?\*\/|\s)+)|[^'"\s/-]+/g

/** @example queryFingerprint('SELECT 1') === queryFingerprint('select  1 -- one') */
export function queryFingerprint(sql: string): string {
  const normal = sql.replaceAll(tokens, (token: string, quoted?: string, blank?: string) =>
    blank === undefined ? (quoted ?? token.toLowerCase()) : ' ',
  )
  return createHash('sha256').update(normal.trim()).digest('hex')
}

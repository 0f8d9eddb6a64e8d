/** Makes the reference of all that a user may import: the entries that the packages export, under the names of their imports. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packages = ['client', 'protocol', 'collector', 'world-state', 'artifacts', 'playwright', 'vite']

/** By source file. */
export const importNames = new Map(
  packages.flatMap((folder) => {
    const at = new URL(`../packages/${folder}/`, import.meta.url)
    const { name, exports } = JSON.parse(readFileSync(new URL('package.json', at), 'utf8'))
    return Object.entries(exports)
      .filter(([, { types }]) => types?.startsWith('./dist/'))
      .map(([path, { types }]) => {
        const source = types.replace('./dist/', './src/').replace(/\.d\.ts$/, '.ts')
        // As TypeScript writes paths, on Windows, too.
        return [fileURLToPath(new URL(source, at)).replaceAll('\\', '/'), name + path.slice(1)]
      })
  }),
)

export default {
  name: 'Downlink',
  entryPoints: [...importNames.keys()],
  plugin: ['./typedoc.plugin.js'],
  tsconfig: 'tsconfig.json',
  out: 'dist/api',
  readme: 'none',
  disableSources: true,
  skipErrorChecking: true,
}

/** Takes telemetry out of a game where it is off: the client is replaced by one that does nothing, and calls of it go. */
import { fileURLToPath } from 'node:url'
import type { Program } from 'estree'
import type { Plugin } from 'vite'
import * as inert from './inert.ts'
import { clientEntry, readModuleNames } from './module-names.ts'
import { mayHaveCalls, stripCalls } from './strip-calls.ts'
import { createTelemetryNames, type Resolve, readNames } from './telemetry-names.ts'

const inertModule = fileURLToPath(new URL('./inert.js', import.meta.url))

/** Before the name of what a module stands in for. */
const inertPrefix = '\0downlink-inert:'

export function stripPlugin(isOn: () => boolean): Plugin {
  const telemetryNames = createTelemetryNames()
  /** What stands in for what: its file, by the module's id. */
  const originals = new Map<string, string>()

  return {
    name: 'downlink:strip',

    buildStart() {
      telemetryNames.forget()
    },

    resolveId: {
      order: 'pre',
      async handler(source, importer) {
        if (isOn() || !clientEntry.test(source)) return undefined
        const original = await this.resolve(source, importer, { skipSelf: true })
        if (original === null) return undefined
        const id = inertPrefix + source
        originals.set(id, original.id)
        return { id, moduleSideEffects: false }
      },
    },

    async load(id) {
      const original = originals.get(id)
      if (original === undefined) return undefined
      const { exports = new Map() } = (await readNames(original)) ?? {}
      return { code: standIn([...exports.keys()]), moduleSideEffects: false }
    },

    async transform(code, id) {
      if (
        isOn() ||
        id.includes('/node_modules/') ||
        id.startsWith(inertPrefix) ||
        id === inertModule ||
        !mayHaveCalls(code)
      )
        return undefined
      const program = this.parse(code) as unknown as Program
      const names = readModuleNames(program)
      const resolve: Resolve = async (source, importer) => {
        const found = await this.resolve(source, importer)
        return found && !found.external && !found.id.includes('/node_modules/') ? found.id : undefined
      }
      const imported = new Set<string>()
      for (const [local, { source, name }] of names.imports) {
        const found = clientEntry.test(source) ? undefined : await resolve(source, id)
        if (found !== undefined && (await telemetryNames.isTelemetry(found, name, resolve))) imported.add(local)
      }
      const stripped = stripCalls(code, program, names, imported)
      return stripped && { code: stripped.toString(), map: stripped.generateMap({ hires: 'boundary' }) }
    },
  }
}

/** A client of a later version may have functions that are not known here: what they return can be called, as an unsubscribe is. */
function standIn(exported: readonly string[]): string {
  const others = exported.filter((name) => !(name in inert))
  const known = Object.keys(inert).join(', ')
  return [
    `export { ${known} } from ${JSON.stringify(inertModule)}`,
    ...others.map((name) => `export function ${name}() { return () => {} }`),
  ].join('\n')
}

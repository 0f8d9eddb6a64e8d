/** Takes telemetry out of a game where it is off: the client is replaced by one that does nothing, and calls of it go. */
import { fileURLToPath } from 'node:url'
import type { Program } from 'estree'
import type { Plugin } from 'vite'
import { clientEntry, readModuleNames } from './module-names.ts'
import { mayHaveCalls, stripCalls } from './strip-calls.ts'
import { createTelemetryNames, type Resolve } from './telemetry-names.ts'

const inertModule = fileURLToPath(new URL('./inert.js', import.meta.url))

export function stripPlugin(isOn: () => boolean): Plugin {
  const telemetryNames = createTelemetryNames()

  return {
    name: 'downlink:strip',

    buildStart() {
      telemetryNames.forget()
    },

    resolveId: {
      order: 'pre',
      handler: (source) =>
        !isOn() && clientEntry.test(source) ? { id: inertModule, moduleSideEffects: false } : undefined,
    },

    async transform(code, id) {
      if (isOn() || id.includes('/node_modules/') || id === inertModule || !mayHaveCalls(code)) return undefined
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

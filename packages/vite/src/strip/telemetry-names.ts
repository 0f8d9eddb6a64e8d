/** Follows imports through the game's modules to where a telemetry is made. */
import { readFile } from 'node:fs/promises'
import type { Program } from 'estree'
import * as vite from 'vite'
import { type ModuleNames, readModuleNames } from './module-names.ts'

/** @returns the id of a module; undefined where it is none of the game's */
export type Resolve = (source: string, importer: string) => Promise<string | undefined>

export interface TelemetryNames {
  /** Does this name of a module hold a telemetry? */
  isTelemetry(id: string, exported: string, resolve: Resolve): Promise<boolean>
  /** Sources may have changed. */
  forget(): void
}

export function createTelemetryNames(): TelemetryNames {
  const modules = new Map<string, Promise<ModuleNames | undefined>>()

  return {
    isTelemetry: (id, exported, resolve) => isTelemetry(id, exported, resolve, new Set()),
    forget: () => modules.clear(),
  }

  async function isTelemetry(id: string, exported: string, resolve: Resolve, asked: Set<string>): Promise<boolean> {
    const question = `${id}\0${exported}`
    if (asked.has(question)) return false
    asked.add(question)
    const names = await namesOf(id)
    if (!names) return false
    const found = names.exports.get(exported)
    const origin = typeof found === 'string' ? (names.imports.get(found) ?? found) : found
    if (typeof origin === 'string') return names.made.has(origin)
    const sources = origin ? [origin] : names.passedOn.map((source) => ({ source, name: exported }))
    for (const { source, name } of sources) {
      const next = await resolve(source, id)
      if (next !== undefined && (await isTelemetry(next, name, resolve, asked))) return true
    }
    return false
  }

  function namesOf(id: string): Promise<ModuleNames | undefined> {
    const known = modules.get(id) ?? readNames(id)
    modules.set(id, known)
    return known
  }
}

/** From the file, not from the bundler: waiting for a module that waits for this one would never end. */
export async function readNames(id: string): Promise<ModuleNames | undefined> {
  if (!/\.[cm]?[jt]sx?$/.test(id)) return undefined
  try {
    const code = await scriptOf(await readFile(id, 'utf8'), id)
    return readModuleNames(vite.parseAst(code) as unknown as Program)
  } catch {
    // The bundler reads it, too, and says what is wrong with it.
    return undefined
  }
}

/** Without types. Vite 8 does it by Oxc, the ones before by esbuild. */
async function scriptOf(code: string, id: string): Promise<string> {
  const { transformWithOxc, transformWithEsbuild } = vite as Partial<typeof vite>
  const transform = transformWithOxc ?? transformWithEsbuild
  return transform ? (await transform(code, id)).code : code
}

/** Imports a module that was named on the command line: a path from here, or a package. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { CliError } from './errors.ts'

export type LoadedModule = Readonly<Record<string, unknown>>

/**
 * TypeScript is compiled on the way.
 *
 * @throws {CliError} `bad_module`
 */
export async function loadModule(name: string): Promise<LoadedModule> {
  const path = findModule(name)
  try {
    return await (/\.[cm]?tsx?$/.test(path)
      ? createJiti(import.meta.url).import<LoadedModule>(path)
      : import(pathToFileURL(path).href))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('bad_module', `${path} failed to load: ${reason}`, 'Import it in Node alone to see the fault.', {
      cause: error,
    })
  }
}

/** A package is looked for where the command was called, then beside the command itself. */
function findModule(name: string): string {
  const path = resolve(name)
  if (existsSync(path)) return path
  const isPath = /^[./]|^[a-z]:\\/i.test(name)
  for (const from of isPath ? [] : [resolve('package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(name)
    } catch {
      // Not there: look in the next place.
    }
  }
  const advice = isPath ? 'Paths are taken from the current folder.' : `Install it: npm install --save-dev ${name}`
  throw new CliError('bad_module', `There is no module ${isPath ? path : name}`, advice)
}

/** Imports a module that was named on the command line: a path from here, or a package. */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '@downlink/protocol'
import { createJiti } from 'jiti'
import { CliError } from './errors.ts'
import { printMessage } from './output.ts'

export type LoadedModule = Readonly<Record<string, unknown>>

/**
 * TypeScript is compiled on the way.
 *
 * @throws {CliError} `bad_module`
 */
export async function loadModule(name: string): Promise<LoadedModule> {
  const path = findModule(name)
  try {
    return await untilLoaded(imported(path), path)
  } catch (error) {
    const advice = 'Import it in Node alone to see the fault.'
    throw new CliError('bad_module', `${path} failed to load: ${messageOf(error)}`, advice, { cause: error })
  }
}

const imported = async (path: string): Promise<LoadedModule> =>
  /\.[cm]?tsx?$/.test(path) ? createJiti(import.meta.url).import<LoadedModule>(path) : import(pathToFileURL(path).href)

const loadTimeoutMs = 60_000
const progressMs = 5000

/** A module may wait for ever. Where nothing is left that it could wait for, that shows at once. */
async function untilLoaded(loading: Promise<LoadedModule>, path: string): Promise<LoadedModule> {
  const startedMs = performance.now()
  const progress = setInterval(() => {
    printMessage(`${path} is still loading, after ${Math.round((performance.now() - startedMs) / 1000)} s`)
  }, progressMs)
  let onIdle = (): void => {}
  let deadline: NodeJS.Timeout | undefined
  const never = new Promise<never>((_resolve, reject) => {
    onIdle = () => reject(new Error('it waits for something that can no longer happen'))
    deadline = setTimeout(() => reject(new Error(`it had not loaded after ${loadTimeoutMs / 1000} s`)), loadTimeoutMs)
  })
  // They are not what the module waits for.
  progress.unref()
  deadline?.unref()
  process.once('beforeExit', onIdle)
  try {
    return await Promise.race([loading, never])
  } finally {
    clearInterval(progress)
    clearTimeout(deadline)
    process.off('beforeExit', onIdle)
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
  const advice = isPath
    ? 'Paths are taken from the current folder.'
    : `Install it (npm install --save-dev ${name}), or name a module of your own by its path.`
  throw new CliError('bad_module', `There is no module ${isPath ? path : name}`, advice)
}

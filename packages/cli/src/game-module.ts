/** The game that `downlink demo` plays. Games are loaded by name or path; no package of ours imports one. */
import type { EventDefinitions } from '@downlink/protocol'
import { CliError } from './errors.ts'
import { loadModule } from './load-module.ts'
import { isEventDefinitions } from './schema-module.ts'

/** The default export of a game module. */
export interface GameModule {
  readonly name: string
  readonly version: string
  /** What the collector validates against, and makes its SQL views from. */
  readonly events: EventDefinitions
  /** Absolute path of the built page. @default no page */
  readonly pageFolder?: string
  /** A game that plays itself, without a screen: the same seed pushes the same events. */
  createBattle(options: { readonly seed: number; readonly push: (type: string, data: unknown) => void }): HeadlessBattle
}

export interface HeadlessBattle {
  /** Plays one tick. */
  step(): void
  /** Ticks a second, at which the battle runs unless `--rate` is given. */
  readonly tickHz: number
}

export const defaultGame = '@downlink/red-vs-blue'

/** @throws {CliError} `bad_module`, naming each member that is missing or of the wrong kind */
export async function loadGame(name: string): Promise<GameModule> {
  const { default: game } = await loadModule(name)
  const faults = faultsOf(game)
  if (faults.length === 0) return game as GameModule
  const advice = `Its default export needs ${faults.join(', ')}. games/red-vs-blue/src/index.ts is an example.`
  throw new CliError('bad_module', `${name} is not a game module`, advice)
}

function faultsOf(game: unknown): string[] {
  const { name, version, events, pageFolder, createBattle } = (game ?? {}) as Partial<Record<keyof GameModule, unknown>>
  const faults: string[] = []
  if (typeof name !== 'string') faults.push('`name`, a string')
  if (typeof version !== 'string') faults.push('`version`, a string')
  if (!isEventDefinitions(events)) faults.push('`events`, made by defineEvents')
  if (typeof createBattle !== 'function') faults.push('`createBattle`, a function')
  if (pageFolder !== undefined && typeof pageFolder !== 'string') faults.push('`pageFolder` to be a path, or left out')
  return faults
}

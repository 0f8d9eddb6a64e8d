/** Loads the event definitions that `--schema` names. */
import type { EventDefinitions } from '@downlink/protocol'
import { CliError } from './errors.ts'
import { type LoadedModule, loadModule } from './load-module.ts'

/**
 * Takes the first of a module's exports that `defineEvents` made, `default` and `events` before others.
 * A game module will do as well: its `events` are taken.
 *
 * @throws {CliError} `bad_module`
 */
export async function loadEventDefinitions(name: string): Promise<EventDefinitions> {
  const found = definitionsIn(await loadModule(name))
  if (found !== undefined) return found
  const advice = "Export what defineEvents returns: export default defineEvents({ … }), from '@downlink/protocol'."
  throw new CliError('bad_module', `${name} exports no event definitions`, advice)
}

function definitionsIn(module: LoadedModule): EventDefinitions | undefined {
  const game = module.default
  const nested = typeof game === 'object' && game !== null && 'events' in game ? game.events : undefined
  return [module.default, module.events, nested, ...Object.values(module)].find(isEventDefinitions)
}

export function isEventDefinitions(value: unknown): value is EventDefinitions {
  return typeof value === 'object' && value !== null && 'schemas' in value && typeof value.schemas === 'object'
}

/** Sets how much each slice keeps: their limits, the defaults, and how a list is kept within one. Each store has its own. */
import { expectWhole, optionsIn } from '../errors.ts'

export interface FactionLimits {
  /** Attitude changes kept of each faction, from 1. @default 10 */
  readonly attitudeHistory?: number
  /** Distinct sources of cascades kept of each faction, from 1. @default 10 */
  readonly cascadeSources?: number
  /** Removals of members kept, from 1. @default 10 */
  readonly memberRemovals?: number
}

export const factionDefaults = {
  attitudeHistory: 10,
  cascadeSources: 10,
  memberRemovals: 10,
}

export interface TutorialLimits {
  /** Prompts kept, from 1. @default 5 */
  readonly promptHistory?: number
  /** Snapshots kept, one an event, from 1. @default 10 */
  readonly snapshots?: number
  /** Lines kept, one an event, from 1. @default 200 */
  readonly transcript?: number
}

export const tutorialDefaults = {
  promptHistory: 5,
  snapshots: 10,
  transcript: 200,
}

/** The last `limit` of a list and one more. */
export const keepLatest = <Item>(list: readonly Item[], item: Item, limit: number): readonly Item[] =>
  [...list, item].slice(-limit)

/**
 * Limits merged with their defaults.
 *
 * @throws {WorldStateError} `bad_option`
 */
export function withLimits<Limits extends Readonly<Record<string, number>>>(
  defaults: Limits,
  given: Partial<Limits> | null,
): Limits {
  const options: Partial<Limits> = optionsIn(given)
  const limits: Record<string, number> = { ...defaults }
  for (const name of Object.keys(defaults)) {
    limits[name] = expectWhole(name, options[name] ?? defaults[name])
  }
  return limits as Limits
}

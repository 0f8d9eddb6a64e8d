/** Bounds of what a slice keeps. Each store has its own. */
import { WorldStateError } from '../errors.ts'
import { optionsIn } from '../option-checks.ts'

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
    const value = options[name] ?? defaults[name]
    if (!Number.isSafeInteger(value) || Number(value) < 1) {
      throw new WorldStateError('bad_option', `Expected \`${name}\` to be a whole number from 1 up, got ${value}`)
    }
    limits[name] = Number(value)
  }
  return limits as Limits
}

/** Writes JSON that is the same for the same data: keys in order, and no value lost without a trace. */
import { jsonValue, wellFormedJson } from '@downlink/protocol'

export interface StableJsonOptions {
  /** Keys of the outermost object that come before the sorted ones. */
  readonly first?: readonly string[]
  /** Spaces a level; without it everything stands on one line. */
  readonly indent?: number
}

/**
 * Keys are sorted at every level. What a value becomes is the rule of `toJsonValue` in `@downlink/protocol`, the same
 * as for the events that a game sends; where JSON leaves all of it out, it is null. Never throws.
 */
export function stableJson(value: unknown, { first = [], indent }: StableJsonOptions = {}): string {
  const json = JSON.stringify(sorted(jsonValue(value), first), undefined, indent) as string | undefined
  return wellFormedJson(json ?? 'null')
}

function sorted(value: unknown, first: readonly string[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Array.from(value, (item) => sorted(item))
  // Without a prototype, `__proto__` is an ordinary key.
  const copy: Record<string, unknown> = Object.create(null)
  const keys = new Set([...first.filter((key) => Object.hasOwn(value, key)), ...Object.keys(value).sort()])
  for (const key of keys) copy[key] = sorted((value as Record<string, unknown>)[key])
  return copy
}

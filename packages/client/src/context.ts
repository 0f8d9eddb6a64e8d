/** Merges what a game says of its state, and of its player, into what its events carry. */
import type { EventContext, Said } from '@downlink/protocol'

/** What is in force, and what was when an event was pushed: objects that never change, so that it is one reference. */
export interface ContextAndLabels {
  context?: Said['context'] | undefined
  /** Those that have changed since the session began; null takes one of its own away. */
  labels?: Said['labels'] | undefined
}

/** By name; undefined or null takes a name away. */
export type ContextChanges = { readonly [name: string]: EventContext[string] | null | undefined }
export type LabelChanges = { readonly [name: string]: string | null | undefined }

/** Types of values that are as good as text. */
export const textual: RegExp = /string|number|boolean|bigint/

/**
 * Never throws: what can't be read changes nothing.
 *
 * @param changes what is none of those types takes its name away
 * @param own names that the session has in its hello: there it is null
 */
export function merge(
  values: object | undefined,
  changes: object,
  own: object = {},
): Readonly<Record<string, string>> | undefined {
  try {
    const merged = Object.entries({ ...values, ...changes })
      .filter(([name, value]) => textual.test(typeof value) || Object.hasOwn(own, name))
      .map(([name, value]) => [name, value ?? null])
    return Object.freeze(Object.fromEntries(merged) as Record<string, string>)
  } catch {
    return values as Record<string, string>
  }
}

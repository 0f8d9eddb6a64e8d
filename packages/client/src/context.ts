/** Merges what a game says of its state, and of its player, into what its events carry. */
import { type EventContext, type Said, toJsonValue } from '@downlink/protocol'

/** What holds for many events: an object that never changes, so that it costs each of them one reference. */
export interface EventFacts {
  /** Of the event definitions. */
  readonly version?: number | undefined
  readonly context?: Said['context'] | undefined
  /** Those that have changed since the session began; null takes one of its own away. */
  readonly labels?: Said['labels'] | undefined
}

/** By name; undefined or null takes a name away. */
export type ContextChanges = { readonly [name: string]: EventContext[string] | null | undefined }
/** A number or a boolean becomes text. */
export type LabelChanges = { readonly [name: string]: string | number | boolean | null | undefined }

/** A value that is as good as text; undefined for any other. */
export const fitValue = (value: unknown): EventContext[string] | undefined =>
  /string|number|boolean|bigint/.test(typeof value) ? (toJsonValue(value) as string) : undefined

/**
 * Never throws: what can't be read changes nothing.
 *
 * @param fit of each value, before and changed: what it is; where that is undefined, its name is taken away
 */
export function merge(
  facts: EventFacts,
  kind: 'context' | 'labels',
  changes: object | undefined,
  fit: (value: unknown, name: string) => unknown = fitValue,
): EventFacts {
  try {
    const values = { ...facts[kind], ...changes }
    // By way of JSON, where what is undefined is not there.
    const merged = JSON.parse(JSON.stringify(values, (name, value) => (name ? fit(value, name) : value)))
    return { ...facts, [kind]: Object.freeze(merged) }
  } catch {
    return facts
  }
}

/** Counts what schemas would have rejected where the collector only warns of it, by code and type, each with the newest example. */
import type { EventFault, RejectionCode } from '@downlink/protocol'

export interface SchemaWarning {
  readonly code: RejectionCode
  /** Types beyond the first hundred kinds are `(other)`. */
  readonly type: string
  /** Of the newest of them: what was expected, and what came. */
  readonly message: string
  readonly events: number
}

export interface SchemaWarnings {
  add(type: string, fault: EventFault): void
  /** Since this process started, by code. */
  readonly counts: ReadonlyMap<RejectionCode, number>
  /** The commonest first. */
  list(): readonly SchemaWarning[]
}

/** A sender can make up types without end. */
const maxKinds = 100
const otherTypes = '(other)'

export function createSchemaWarnings(): SchemaWarnings {
  const counts = new Map<RejectionCode, number>()
  const kinds = new Map<string, SchemaWarning>()
  return {
    counts,
    list: () => [...kinds.values()].sort((a, b) => b.events - a.events),
    add(given, { code, message }) {
      counts.set(code, (counts.get(code) ?? 0) + 1)
      const type = kinds.has(`${code} ${given}`) || kinds.size < maxKinds ? given : otherTypes
      const kind = `${code} ${type}`
      kinds.set(kind, { code, type, message, events: (kinds.get(kind)?.events ?? 0) + 1 })
    },
  }
}

/** Judges single events: first against the wire's limits, then against the game's own schemas. */

import { isThenable } from '@downlink/artifacts'
import {
  type CheckedEvent,
  checkEvent,
  cutEnvelope,
  type EventFault,
  type EventLimits,
  type EventSchemas,
  jsonFault,
  messageOf,
  type ReceivedElement,
  type StandardIssue,
  type WireEvent,
} from '@downlink/protocol'

type Verdict =
  | { readonly ok: true; readonly value: CheckedEvent; readonly envelope?: string }
  | { readonly ok: false; readonly error: EventFault }

export interface Judge {
  /** An element of an acknowledged batch. */
  acked(element: ReceivedElement): Verdict
  /** A plain event, which may carry no timestamp and all sorts of other fields. */
  plain(element: ReceivedElement, receivedAt: number): Verdict
  /** What is kept of an element that was rejected: all of it, so that it can be judged again, where it is within the limits. */
  rawOf(element: ReceivedElement): string
}

/** @param schemas by event type; none: every type and payload is accepted */
export function createJudge(limits: EventLimits, schemas: EventSchemas): Judge {
  const known = new Map(Object.entries(schemas))
  const acceptsAll = known.size === 0

  function judge(element: ReceivedElement, fallbackTimestamp?: number): Verdict {
    const checked = checkEvent(element, limits, fallbackTimestamp)
    if (!checked.ok || acceptsAll) return checked
    const fault = schemaFault(checked.value.type, (element.value as WireEvent).data)
    return fault ? { ok: false, error: fault } : checked
  }

  function schemaFault(type: string, data: unknown): EventFault | undefined {
    const schema = known.get(type)
    if (!schema) return fault('unknown_type', `Expected one of the defined event types, got "${type}"`)
    try {
      const result = schema['~standard'].validate(data)
      if (isThenable(result)) {
        // Its outcome comes too late to matter, but a rejection that nobody handles would end the process.
        result.then(undefined, () => {})
        return fault('invalid_payload', `Expected the schema of "${type}" to answer at once, got a promise`)
      }
      return result.issues && fault('invalid_payload', summaryOf(result.issues))
    } catch (error) {
      return fault('invalid_payload', `The schema of "${type}" threw: ${messageOf(error)}`)
    }
  }

  return {
    acked: (element) => judge(element),
    plain(element, receivedAt) {
      const verdict = judge(element, receivedAt)
      if (!verdict.ok) return verdict
      const envelope = cutEnvelope(element)
      if (!envelope) return verdict
      // What travels beside an event is stored as it is, so the same limits hold for it.
      const { type, timestamp, data, version, ...rest } = element.value as Record<string, unknown>
      const fault = jsonFault(rest, envelope, limits)
      return fault ? { ok: false, error: fault } : { ...verdict, envelope: envelope.text }
    },
    // Payload and envelope have the limit of an event each.
    rawOf: ({ text }) => text.slice(0, 2 * limits.maxEventBytes),
  }
}

const fault = (code: EventFault['code'], message: string): EventFault => ({ code, message: message.slice(0, 500) })

/** The first few issues are enough to find the mistake. */
const summaryOf = (issues: readonly StandardIssue[]): string =>
  issues
    .slice(0, 3)
    .map((issue) => `${pathOf(issue)}: ${issue.message}`)
    .join('; ')

const pathOf = ({ path = [] }: StandardIssue): string =>
  ['data', ...path.map((step) => String(typeof step === 'object' ? step.key : step))].join('.')

/** Validates events, against the limits of the wire and then the schemas of the game, and parts a batch into what is stored, rejected and dropped. */

import { isThenable } from '@downlink/artifacts'
import {
  type CheckedEvent,
  checkEvent,
  cutEnvelope,
  type DropCounts,
  dropReasons,
  type EventFault,
  type EventLimits,
  type EventSchemas,
  isDrop,
  jsonFault,
  type LeftOut,
  messageOf,
  type ReceivedElement,
  readContext,
  readLabels,
  type SaidLabels,
  type StandardIssue,
  schemaOfVersion,
  spanOf,
  versionsOf,
  type WireEvent,
  wholeContext,
  wholeLabels,
} from '@downlink/protocol'
import { type AcceptedEvent, type EncodedEvents, encodeEvents } from '../commit/encoded-events.ts'
import type { RejectedEvent } from '../commit/session-batch.ts'
import { addCounts } from '../commit/session-record.ts'
import type { EventLabels } from './session-labels.ts'

type ValidationResult =
  | { readonly ok: true; readonly value: CheckedEvent; readonly envelope?: string | undefined }
  | { readonly ok: false; readonly error: EventFault }

export interface EventValidator {
  /** An element of an acknowledged batch. */
  acked(element: ReceivedElement): ValidationResult
  /** A plain event, which may carry no timestamp and all sorts of other fields. */
  plain(element: ReceivedElement, receivedAt: number): ValidationResult
  /** What is kept of an element that was rejected: all of it, so that it can be validated again, where it is within the limits. */
  rawOf(element: ReceivedElement): string
}

/**
 * @param schemas by event type; none: every type and payload is accepted
 * @param warn hears of what a schema refuses, which is stored then; without it, that is rejected
 */
export function createEventValidator(
  limits: EventLimits,
  schemas: EventSchemas,
  warn?: (type: string, fault: EventFault) => void,
): EventValidator {
  const known = new Map(Object.entries(schemas))
  const acceptsAll = known.size === 0

  function validate(element: ReceivedElement, fallbackTimestamp?: number): ValidationResult {
    const checked = checkEvent(element, limits, fallbackTimestamp)
    if (!checked.ok || acceptsAll) return checked
    const fault = schemaFault(checked.value, (element.value as WireEvent).data)
    if (!fault) return checked
    if (!warn) return { ok: false, error: fault }
    warn(checked.value.type, fault)
    return checked
  }

  function schemaFault({ type, version }: CheckedEvent, data: unknown): EventFault | undefined {
    const versions = known.get(type)
    if (!versions) return fault('unknown_type', `Expected one of the defined event types, got "${type}"`)
    const schema = schemaOfVersion(versions, version)
    if (!schema) {
      const [oldest] = versionsOf(versions)
      return fault(
        'unknown_version',
        `Expected version ${oldest?.since} or newer of "${type}", got ${version ?? 'none'}`,
      )
    }
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
    acked: (element) => validate(element),
    plain(element, receivedAt) {
      const result = validate(element, receivedAt)
      if (!result.ok) return result
      const envelope = cutEnvelope(element)
      if (!envelope) return result
      // What travels beside an event is stored as it is, so the same limits hold for it.
      const fault = jsonFault(JSON.parse(envelope.text), envelope, limits)
      return fault ? { ok: false, error: fault } : { ...result, envelope: envelope.text }
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

export interface ValidatedRun {
  /** The last sequence of the run. */
  readonly upTo: number
  readonly events: EncodedEvents
  readonly rejected: readonly RejectedEvent[]
  readonly rejectedMore?: Readonly<Record<string, number>>
  readonly dropped: DropCounts
  /** The labels that its first event says, and each that says others than the one before. */
  readonly labels: readonly EventLabels[]
}

/** Rejected events of one batch that are kept: a flood of nonsense shall be no flood of rows. The others are counted. */
const maxRejectionsKept = 100

interface Origin {
  readonly sessionId: string
  readonly receivedAt: number
}

/**
 * @param seq sequence of the first element
 * @param accepted what is at or below it is a repeat, and trimmed; what that says of those behind it holds
 * @param leftOut of contexts and labels
 */
export function validateAcked(
  elements: readonly ReceivedElement[],
  seq: number,
  accepted: number,
  validator: EventValidator,
  origin: Origin,
  leftOut: LeftOut,
): ValidatedRun {
  const events: AcceptedEvent[] = []
  const rejections = createRejections(validator, origin)
  const labels: EventLabels[] = []
  let dropped: DropCounts = {}
  let context: string | undefined
  let said: SaidLabels | undefined
  let next = seq
  for (const element of elements) {
    const first = next
    next += spanOf(element.value)
    if (element.context) context = readContext(element.context, leftOut)
    if (element.labels) said = readLabels(element.labels, leftOut)
    if (next - 1 <= accepted) continue
    if (isDrop(element.value)) {
      dropped = addCounts(dropped, trimDrop(element.value.drop, accepted + 1 - first))
      continue
    }
    if (labels.length === 0 || labels.at(-1)?.said !== said) labels.push({ seq: first, said })
    const result = validator.acked(element)
    if (result.ok) events.push({ seq: first, event: result.value, context })
    else rejections.add(first, result.error, element, context)
  }
  return { upTo: Math.max(next - 1, accepted), events: encodeEvents(events), ...rejections.all(), dropped, labels }
}

/**
 * Plain events have no sequence of their own that counts: each gets the next. Each is whole, so that its context is its
 * own alone; labels hold until one says others.
 */
export function validatePlain(
  elements: readonly ReceivedElement[],
  accepted: number,
  validator: EventValidator,
  origin: Origin,
): ValidatedRun {
  const events: AcceptedEvent[] = []
  const rejections = createRejections(validator, origin)
  const labels: EventLabels[] = []
  let seq = accepted
  for (const element of elements) {
    seq++
    const context = wholeContext(element.context)
    const said = wholeLabels(element.labels)
    if (said) labels.push({ seq, said })
    const result = validator.plain(element, origin.receivedAt)
    if (result.ok) events.push({ seq, event: result.value, envelope: result.envelope, context })
    else rejections.add(seq, result.error, element, context)
  }
  return { upTo: seq, events: encodeEvents(events), ...rejections.all(), dropped: {}, labels }
}

function createRejections(validator: EventValidator, { sessionId, receivedAt }: Origin) {
  const rejected: RejectedEvent[] = []
  const more = new Map<string, number>()
  return {
    add(seq: number, fault: EventFault, element: ReceivedElement, context: string | undefined): void {
      if (rejected.length < maxRejectionsKept) {
        rejected.push({ sessionId, seq, ...fault, raw: validator.rawOf(element), context, receivedAt })
      } else more.set(fault.code, (more.get(fault.code) ?? 0) + 1)
    },
    all: (): Pick<ValidatedRun, 'rejected' | 'rejectedMore'> =>
      more.size === 0 ? { rejected } : { rejected, rejectedMore: Object.fromEntries(more) },
  }
}

/** Takes the sequences off a drop that were counted before. */
function trimDrop(drop: DropCounts, repeated: number): DropCounts {
  const rest: { -readonly [Reason in keyof DropCounts]: DropCounts[Reason] } = {}
  let surplus = Math.max(repeated, 0)
  for (const reason of dropReasons) {
    const count = drop[reason] ?? 0
    const trimmed = Math.min(count, surplus)
    surplus -= trimmed
    if (count > trimmed) rest[reason] = count - trimmed
  }
  return rest
}

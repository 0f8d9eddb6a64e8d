/** Turns the elements of a batch into what is stored, rejected and dropped. */
import { type DropCounts, dropReasons, type EventFault, isDrop, type ReceivedElement, spanOf } from '@downlink/protocol'
import type { AcceptedEvent, RejectedEvent } from '../commit/session-batch.ts'
import { addCounts } from '../commit/session-record.ts'
import type { Judge } from './judge.ts'

export interface JudgedRun {
  /** The last sequence of the run. */
  readonly upTo: number
  readonly events: readonly AcceptedEvent[]
  readonly rejected: readonly RejectedEvent[]
  readonly rejectedMore?: Readonly<Record<string, number>>
  readonly dropped: DropCounts
}

/** Rejected events of one batch that are kept: a flood of nonsense shall be no flood of rows. The others are counted. */
const maxRejectionsKept = 100

interface Origin {
  readonly sessionId: string
  readonly receivedAt: number
}

/**
 * @param seq sequence of the first element
 * @param accepted what is at or below it is a repeat, and trimmed
 */
export function judgeAcked(
  elements: readonly ReceivedElement[],
  seq: number,
  accepted: number,
  judge: Judge,
  origin: Origin,
): JudgedRun {
  const events: AcceptedEvent[] = []
  const rejections = createRejections(judge, origin)
  let dropped: DropCounts = {}
  let next = seq
  for (const element of elements) {
    const first = next
    next += spanOf(element.value)
    if (next - 1 <= accepted) continue
    if (isDrop(element.value)) {
      dropped = addCounts(dropped, trimDrop(element.value.drop, accepted + 1 - first))
      continue
    }
    const verdict = judge.acked(element)
    if (verdict.ok) events.push({ seq: first, event: verdict.value })
    else rejections.add(first, verdict.error, element)
  }
  return { upTo: Math.max(next - 1, accepted), events, ...rejections.all(), dropped }
}

/** Plain events have no sequence of their own that counts: each gets the next. */
export function judgePlain(
  elements: readonly ReceivedElement[],
  accepted: number,
  judge: Judge,
  origin: Origin,
): JudgedRun {
  const events: AcceptedEvent[] = []
  const rejections = createRejections(judge, origin)
  let seq = accepted
  for (const element of elements) {
    seq++
    const verdict = judge.plain(element, origin.receivedAt)
    if (verdict.ok) events.push({ seq, event: verdict.value, envelope: verdict.envelope })
    else rejections.add(seq, verdict.error, element)
  }
  return { upTo: seq, events, ...rejections.all(), dropped: {} }
}

function createRejections(judge: Judge, { sessionId, receivedAt }: Origin) {
  const rejected: RejectedEvent[] = []
  const more = new Map<string, number>()
  return {
    add(seq: number, fault: EventFault, element: ReceivedElement): void {
      if (rejected.length < maxRejectionsKept) {
        rejected.push({ sessionId, seq, ...fault, raw: judge.rawOf(element), receivedAt })
      } else more.set(fault.code, (more.get(fault.code) ?? 0) + 1)
    },
    all: (): Pick<JudgedRun, 'rejected' | 'rejectedMore'> =>
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

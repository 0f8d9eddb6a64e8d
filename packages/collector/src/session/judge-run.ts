/** Turns the elements of a batch into what is stored, rejected and dropped. */
import { type DropCounts, dropReasons, isDrop, type ReceivedElement, spanOf } from '@downlink/protocol'
import type { AcceptedEvent, RejectedEvent } from '../commit/session-batch.ts'
import { addCounts } from '../commit/session-record.ts'
import type { Judge } from './judge.ts'

export interface JudgedRun {
  /** The last sequence of the run. */
  readonly upTo: number
  readonly events: readonly AcceptedEvent[]
  readonly rejected: readonly RejectedEvent[]
  readonly dropped: DropCounts
}

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
  { sessionId, receivedAt }: Origin,
): JudgedRun {
  const events: AcceptedEvent[] = []
  const rejected: RejectedEvent[] = []
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
    else rejected.push({ sessionId, seq: first, ...verdict.error, raw: judge.rawOf(element), receivedAt })
  }
  return { upTo: Math.max(next - 1, accepted), events, rejected, dropped }
}

/** Plain events have no sequence of their own that counts: each gets the next. */
export function judgePlain(
  elements: readonly ReceivedElement[],
  accepted: number,
  judge: Judge,
  { sessionId, receivedAt }: Origin,
): JudgedRun {
  const events: AcceptedEvent[] = []
  const rejected: RejectedEvent[] = []
  let seq = accepted
  for (const element of elements) {
    seq++
    const verdict = judge.plain(element, receivedAt)
    if (verdict.ok) events.push({ seq, event: verdict.value, envelope: verdict.envelope })
    else rejected.push({ sessionId, seq, ...verdict.error, raw: judge.rawOf(element), receivedAt })
  }
  return { upTo: seq, events, rejected, dropped: {} }
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

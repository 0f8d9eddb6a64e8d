/** Finds the events that the database refuses: of a write they are rejected as unstorable, of a rejudgement they stay rejected, and all others are stored. */
import { type AcceptedEvent, encodeEvents } from '../commit/encoded-events.ts'
import type { Rejudgement } from '../commit/operation.ts'
import type { RejectedEvent, SessionBatch } from '../commit/session-batch.ts'
import type { SessionWrite } from '../commit/session-write.ts'
import type { EventRun, WriteOutcome } from './event-store.ts'

/** @throws where the store is unavailable */
export async function rejectUnstorable(
  write: SessionWrite,
  tryEvent: (run: EventRun, event: AcceptedEvent) => Promise<WriteOutcome>,
  onFound: (seq: number, reason: string) => void,
): Promise<SessionWrite> {
  const { sessionId } = write
  const batches: SessionBatch[] = []
  for (const batch of write.batches) {
    const { receivedAt } = batch
    const events: AcceptedEvent[] = []
    const rejected: RejectedEvent[] = [...batch.rejected]
    for (const accepted of batch.events.decode()) {
      const trial = await tryEvent({ sessionId, receivedAt, events: [accepted] }, accepted)
      if (trial.kind === 'unavailable') throw new Error(trial.reason)
      if (trial.kind === 'written') events.push(accepted)
      else {
        const { seq, context } = accepted
        const { reason, detail: message = reason } = trial
        rejected.push({ sessionId, seq, code: 'unstorable', message, raw: rawOf(accepted), context, receivedAt })
        onFound(seq, reason)
      }
    }
    batches.push({ ...batch, events: encodeEvents(events), rejected })
  }
  return { ...write, batches }
}

type RejectedName = Rejudgement['events'][number]

/** @throws where the store is unavailable */
export async function keepStorable(
  operation: Rejudgement,
  tryRejected: (event: RejectedName, alone: Rejudgement) => Promise<WriteOutcome>,
  onFound: (event: RejectedName, reason: string) => void,
): Promise<readonly RejectedName[]> {
  const storable: RejectedName[] = []
  for (const event of operation.events) {
    const trial = await tryRejected(event, { ...operation, events: [event] })
    if (trial.kind === 'unavailable') throw new Error(trial.reason)
    if (trial.kind === 'written') storable.push(event)
    else onFound(event, trial.reason)
  }
  return storable
}

/** The event as its sender may have written it. */
function rawOf({ event, envelope }: AcceptedEvent): string {
  const { type, timestamp, version, json } = event
  const head = JSON.stringify({ type, timestamp, version }).slice(0, -1)
  return `${head},"data":${json}${envelope === undefined ? '}' : `,${envelope.slice(1)}`}`
}

/** Finds the events of a write that the database refuses: they are rejected as unstorable, and all others stay. */
import { type AcceptedEvent, encodeEvents } from '../commit/encoded-events.ts'
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
        const { seq } = accepted
        rejected.push({ sessionId, seq, code: 'unstorable', message: trial.reason, raw: rawOf(accepted), receivedAt })
        onFound(seq, trial.reason)
      }
    }
    batches.push({ ...batch, events: encodeEvents(events), rejected })
  }
  return { ...write, batches }
}

/** The event as its sender may have written it. */
function rawOf({ event, envelope }: AcceptedEvent): string {
  const { type, timestamp, version, json } = event
  const head = JSON.stringify({ type, timestamp, version }).slice(0, -1)
  return `${head},"data":${json}${envelope === undefined ? '}' : `,${envelope.slice(1)}`}`
}

/** What is told to listeners once a group is durable. */
import type { TelemetryEvent } from '@downlink/protocol'
import { eventId } from '@downlink/protocol'
import type { RejectedEvent } from './session-batch.ts'
import type { SessionWrite } from './session-write.ts'

export type CommittedEvent = TelemetryEvent & { readonly receivedAt: number }

export interface CommitNotice {
  readonly events: readonly CommittedEvent[]
  readonly rejected: readonly RejectedEvent[]
}

/** Takes notices. While nobody listens none is made. */
export interface CommitListener {
  readonly listeners: number
  publish(notice: CommitNotice): void
}

export function noticeOf(writes: readonly SessionWrite[]): CommitNotice {
  const events: CommittedEvent[] = []
  const rejected: RejectedEvent[] = []
  for (const { sessionId, batches } of writes) {
    for (const batch of batches) {
      const { receivedAt } = batch
      for (const { seq, event } of batch.events) {
        const { type, timestamp, version, json } = event
        const data: unknown = JSON.parse(json)
        const committed = { id: eventId(sessionId, seq), type, timestamp, data, sessionId, seq, receivedAt }
        events.push(version === undefined ? committed : { ...committed, version })
      }
      rejected.push(...batch.rejected)
    }
  }
  return { events, rejected }
}

/** What is told to listeners once a group is durable. */
import type { TelemetryEvent } from '@downlink/protocol'
import { eventId } from '@downlink/protocol'
import type { RejectedEvent } from './session-batch.ts'
import type { WriteGroup } from './session-store.ts'

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

export function noticeOf(group: WriteGroup): CommitNotice {
  const events: CommittedEvent[] = []
  for (const { sessionId, receivedAt, events: run } of group.events) {
    for (const { seq, event } of run) {
      const { type, timestamp, data, version } = event
      const committed = { id: eventId(sessionId, seq), type, timestamp, data, sessionId, seq, receivedAt }
      events.push(version === undefined ? committed : { ...committed, version })
    }
  }
  return { events, rejected: group.rejected }
}

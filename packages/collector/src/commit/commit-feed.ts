/** Tells listeners what was committed. While nobody listens, nothing is even put together. */
import { eventId, type TelemetryEvent } from '@downlink/protocol'
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
      for (const { seq, event, context } of batch.events.decode()) {
        const { type, timestamp, version, json } = event
        const data: unknown = JSON.parse(json)
        const committed = { id: eventId(sessionId, seq), type, timestamp, data, sessionId, seq, receivedAt }
        events.push({
          ...committed,
          ...(version !== undefined && { version }),
          ...(context !== undefined && { context: JSON.parse(context) }),
        })
      }
      rejected.push(...batch.rejected)
    }
  }
  return { events, rejected }
}

export interface CommitFeed extends CommitListener {
  /** @returns its unsubscribe */
  subscribe(listener: (notice: CommitNotice) => void): () => void
}

export function createCommitFeed(): CommitFeed {
  const listeners = new Set<(notice: CommitNotice) => void>()
  return {
    get listeners() {
      return listeners.size
    },
    publish(notice) {
      for (const listener of listeners) listener(notice)
    },
    subscribe(listener) {
      // Two subscriptions of one function are two.
      const entry = (notice: CommitNotice) => listener(notice)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}

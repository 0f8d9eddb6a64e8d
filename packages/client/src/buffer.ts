/** Holds events from `push` until they are sent, first in first out. It works by itself; a link drains it where one is attached. */
import { type DropReason, encodeJson, eventId, isTime, type TelemetryEvent } from '@downlink/protocol'
import type { Clock } from './clock.ts'
import type { EventFacts } from './context.ts'
import type { TelemetrySettings } from './options.ts'
import { createOutbox, type Entry, type Outbox, type OutboxStats } from './outbox.ts'
import type { Environment } from './ports.ts'
import { createRing } from './ring.ts'
import type { Session } from './session.ts'

export interface TelemetryBuffer {
  /** Queued events, not yet sent. */
  readonly length: number
  readonly capacity: number
  /**
   * Gives the event its sequence, id and timestamp. O(1); never throws. Does nothing while telemetry is off.
   *
   * @param timestamp of an event that brings its own, in milliseconds since 1970; it is kept as it is
   */
  push(type: string, data?: unknown, timestamp?: number): void
  /** Takes the `count` oldest; they are the caller's now. Empty while a link is attached: it alone drains then. */
  drain(count: number): TelemetryEvent[]
  /** Reads the `count` oldest. */
  peek(count: number): TelemetryEvent[]
  /** Takes drained events back, in order, within the capacity; what no longer fits is counted as `overflow`. */
  requeue(events: readonly TelemetryEvent[]): void
  /** Drops what is queued, counted as `cleared`. */
  clear(): void
  /** Called after every change, at once: keep it cheap. Returns how to unsubscribe. */
  subscribe(listener: () => void): () => void
  stats(): OutboxStats
}

/** The buffer as the rest of the client sees it. */
export interface LinkedBuffer extends TelemetryBuffer {
  readonly outbox: Outbox
  readonly session: Session
  /** In force for what is pushed from now on. */
  facts: EventFacts
  /** Of the link that is there, and alone drains: called when a batch is full, which need not wait for the interval. */
  wake?: (() => void) | undefined
  clear(reason?: DropReason): void
  /** The newest `count`, oldest first, sent or not. */
  recent(count: number): TelemetryEvent[]
  /** An event as its readers see it. */
  read(entry: Entry): TelemetryEvent
  /** Tells all that listen now. One that throws stops neither the others nor the push; one that comes meanwhile waits. */
  changed(): void
}

export function createBuffer(
  settings: TelemetrySettings,
  environment: Environment,
  clock: Clock,
  session: Session,
  isEnabled: () => boolean,
): LinkedBuffer {
  const { capacity, overflow, recentEvents } = settings
  const outbox = settings.policies?.(capacity, overflow, session, environment) ?? createOutbox(capacity, overflow)
  const listeners = new Set<() => void>()
  let recent = createRing<Entry>(recentEvents)
  const buffer: LinkedBuffer = {
    outbox,
    facts: { version: settings.version },
    get length() {
      return outbox.queued()
    },
    capacity,
    push(type, data, timestamp) {
      if (!isEnabled()) return
      let refused: DropReason | undefined
      try {
        if (settings.redact) {
          const kept = settings.redact({ type, data })
          if (kept) ({ type, data } = kept)
          else refused = 'sampled'
        }
        if (settings.copy) data = parsed(encodeJson(data))
        else environment.development?.push(type, data)
      } catch {
        refused = 'unencodable'
      }
      const entry = {
        seq: 0,
        type,
        timestamp: isTime(timestamp) ? timestamp : clock(),
        data,
        facts: buffer.facts,
      }
      outbox.push(entry, refused)
      if (!refused) {
        if (recent.size >= recentEvents) recent.remove(0)
        recent.push(entry)
      }
      if (outbox.queued() === settings.batchSize) buffer.wake?.()
      if (listeners.size > 0) buffer.changed()
    },
    drain(count) {
      if (buffer.wake) return []
      const events = buffer.peek(count)
      outbox.ack(events.at(-1)?.seq ?? 0)
      buffer.changed()
      return events
    },
    peek: (count) => outbox.slice(outbox.inFlight, count).map(buffer.read),
    requeue(events) {
      outbox.requeue(events.filter(({ sessionId }) => sessionId === session.id))
      buffer.changed()
    },
    clear(reason: DropReason = 'cleared') {
      while (outbox.drop(reason)) {}
      recent = createRing(recentEvents)
      buffer.changed()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stats: outbox.stats,
    recent: (count) => recent.slice(Math.max(0, recent.size - count)).map(buffer.read),
    read: ({ facts, ...entry }) => ({
      ...facts,
      ...entry,
      id: eventId(session.id, entry.seq),
      sessionId: session.id,
    }),
    session,
    changed() {
      for (const listener of [...listeners]) {
        try {
          listener()
        } catch (cause) {
          environment.warn(`listener: ${cause}`)
        }
      }
    },
  }
  return buffer
}

/** Undefined for what JSON leaves out. */
const parsed = (json: string | undefined): unknown => json && JSON.parse(json)

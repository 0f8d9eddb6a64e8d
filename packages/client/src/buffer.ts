/** The seed's store: events in, first in first out. It works by itself; a link drains it where one is attached. */
import { type DropReason, eventId, type TelemetryEvent } from '@downlink/protocol'
import type { Clock } from './clock.ts'
import { freeze } from './freeze.ts'
import type { BufferSettings } from './options.ts'
import { createOutbox, type Entry, type Outbox, type OutboxStats } from './outbox.ts'

export interface TelemetryBuffer {
  /** Queued events, not yet sent. */
  readonly length: number
  readonly capacity: number
  /** Gives the event its sequence, id and timestamp. O(1); never throws. */
  push(type: string, data?: unknown): void
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
  /** A link is there, and it alone drains. */
  attached: boolean
  /** Queue length from which on a push calls `wake`: a full batch need not wait for the drain interval. */
  wakeAt: number
  wake: () => void
  /** Drops what is queued, for a reason. */
  empty(reason: DropReason): void
  /** The newest `count`, oldest first, sent or not. */
  recent(count: number): TelemetryEvent[]
  changed(): void
}

/** What a buffer needs of the session around it. */
export interface BufferPorts {
  readonly clock: Clock
  readonly sessionId: () => string
  readonly development: boolean
  readonly warn: (message: string) => void
}

export function createBuffer(settings: BufferSettings, ports: BufferPorts): LinkedBuffer {
  const { capacity, overflow, recentEvents, copy, redact, version } = settings
  const { clock, sessionId, development, warn } = ports
  const outbox = createOutbox(capacity, overflow)
  const { queued } = outbox
  const handles = redact || copy || development
  const listeners = new Set<() => void>()
  let recent: Entry[] = []

  const read = ({ seq, type, timestamp, data }: Entry): TelemetryEvent => {
    const session = sessionId()
    const event = { id: eventId(session, seq), type, timestamp, data, sessionId: session, seq }
    return version === undefined ? event : { ...event, version }
  }

  const buffer: LinkedBuffer = {
    outbox,
    attached: false,
    wakeAt: Number.POSITIVE_INFINITY,
    wake() {},
    get length() {
      return queued()
    },
    capacity,
    push(type, data) {
      let refused: DropReason | undefined
      if (handles) {
        try {
          const kept = redact ? redact({ type, data }) : { type, data }
          if (kept) ({ type, data } = kept)
          else refused = 'sampled'
          if (copy) data = structuredClone(data)
          else if (development) freeze(data)
        } catch {
          refused = 'unencodable'
        }
      }
      const entry = outbox.push(type, clock.now(), data, refused)
      if (!refused && recentEvents > 0) recent[entry.seq % recentEvents] = entry
      if (queued() >= buffer.wakeAt) buffer.wake()
      if (listeners.size > 0) buffer.changed()
    },
    drain(count) {
      if (buffer.attached) return []
      const events = buffer.peek(count)
      outbox.settle(events.at(-1)?.seq ?? 0)
      buffer.changed()
      return events
    },
    peek(count) {
      const events: TelemetryEvent[] = []
      for (const entry of outbox.walk(outbox.cursor())) {
        if (events.length >= count) break
        if (!entry.run) events.push(read(entry))
      }
      return events
    },
    requeue(events) {
      outbox.requeue(events.filter((event) => event.sessionId === sessionId()))
      buffer.changed()
    },
    clear() {
      buffer.empty('cleared')
    },
    empty(reason) {
      while (outbox.dropOldest(reason)) {}
      recent = []
      buffer.changed()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stats: outbox.stats,
    recent: (count) =>
      recent
        .filter(Boolean)
        .sort((a, b) => a.seq - b.seq)
        .slice(-count || recentEvents)
        .map(read),
    changed() {
      for (const listener of [...listeners]) {
        try {
          listener()
        } catch (cause) {
          // It stops neither the others nor the push.
          warn(`A listener threw: ${cause}`)
        }
      }
    },
  }
  return buffer
}

/** The seed's store: events in, first in first out. It works by itself; a link drains it where one is attached. */
import { type DropReason, eventId, type TelemetryEvent } from '@downlink/protocol'
import type { Clock } from './clock.ts'
import { freeze } from './freeze.ts'
import type { BufferSettings } from './options.ts'
import { type Entry, Outbox, type OutboxStats } from './outbox.ts'

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

/** What a buffer needs of the session around it. */
export interface BufferPorts {
  readonly clock: Clock
  readonly sessionId: () => string
  readonly development: boolean
  readonly warn: (message: string) => void
}

export class EventBuffer implements TelemetryBuffer {
  readonly outbox: Outbox
  readonly #settings: BufferSettings
  readonly #ports: BufferPorts
  readonly #recent: (Entry | undefined)[]
  readonly #listeners = new Set<() => void>()
  /** A link is there, and it alone drains. */
  attached = false
  /** Queue length from which on a push calls `wake`: a full batch need not wait for the drain interval. */
  wakeAt: number = Number.POSITIVE_INFINITY
  wake: () => void = () => {}

  constructor(settings: BufferSettings, ports: BufferPorts) {
    this.#settings = settings
    this.#ports = ports
    this.outbox = new Outbox(settings.capacity, settings.overflow)
    this.#recent = new Array<Entry | undefined>(settings.recentEvents).fill(undefined)
  }

  get length(): number {
    return this.outbox.queue.size
  }

  get capacity(): number {
    return this.outbox.capacity
  }

  push(type: string, data?: unknown): void {
    const { outbox } = this
    const { redact, copy, recentEvents } = this.#settings
    const timestamp = this.#ports.clock.now()
    const seq = ++outbox.pushed
    let refused: DropReason | undefined
    if (redact || copy || this.#ports.development) {
      try {
        if (redact) {
          const kept = redact({ type, data })
          if (kept) ({ type, data } = kept)
          else refused = 'sampled'
        }
        if (copy) data = structuredClone(data)
        else if (this.#ports.development) freeze(data)
      } catch {
        refused = 'unencodable'
      }
    }
    if (refused) outbox.drop(seq, refused)
    else {
      const entry: Entry = { seq, type, timestamp, data }
      if (recentEvents > 0) this.#recent[seq % recentEvents] = entry
      outbox.put(entry)
    }
    if (outbox.queue.size >= this.wakeAt) this.wake()
    if (this.#listeners.size > 0) this.changed()
  }

  drain(count: number): TelemetryEvent[] {
    const entries = this.attached ? [] : this.outbox.drain(count)
    this.changed()
    return entries.map(this.#read)
  }

  peek(count: number): TelemetryEvent[] {
    const events: TelemetryEvent[] = []
    for (let i = 0; i < count; i++) {
      const entry = this.outbox.queue.at(i)
      if (!entry || i >= this.length) break
      events.push(this.#read(entry))
    }
    return events
  }

  requeue(events: readonly TelemetryEvent[]): void {
    this.outbox.requeue(events.filter((event) => event.sessionId === this.#ports.sessionId()))
    this.changed()
  }

  clear(reason: DropReason = 'cleared'): void {
    this.outbox.clear(reason)
    this.#recent.fill(undefined)
    this.changed()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stats(): OutboxStats {
    return this.outbox.stats()
  }

  /** The newest `count`, oldest first, sent or not. */
  recent(count: number): TelemetryEvent[] {
    const entries = this.#recent.filter((entry) => entry !== undefined).sort((a, b) => a.seq - b.seq)
    return entries.slice(Math.max(0, entries.length - count)).map(this.#read)
  }

  /** A listener that throws stops neither the others nor the push. */
  changed(): void {
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (cause) {
        this.#ports.warn(`A buffer listener threw: ${String(cause)}`)
      }
    }
  }

  readonly #read = ({ seq, type, timestamp, data }: Entry): TelemetryEvent => {
    const sessionId = this.#ports.sessionId()
    const { version } = this.#settings
    const event = { id: eventId(sessionId, seq), type, timestamp, data, sessionId, seq }
    return version === undefined ? event : { ...event, version }
  }
}

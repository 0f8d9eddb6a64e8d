/** Tracks how far the store is behind the log, and what its process was not told yet. */
import type { Clock } from '../clock.ts'
import type { Position } from '../log/read-log.ts'
import type { LogUpdate } from './messages.ts'

export interface SinkLag {
  readonly events: number
  readonly ms: number
  /** Undefined before the store was first heard of. */
  readonly position: Position | undefined
}

export interface SinkProgress {
  /** The last update's. */
  readonly count: number
  lag(): SinkLag
  tell(end: Position, events: number): void
  tellSocket(sessionId: string, isOpen: boolean): void
  /** For a process that knows nothing yet. */
  firstUpdate(open: readonly string[]): LogUpdate
  /** Undefined where there is nothing new. */
  nextUpdate(): LogUpdate | undefined
  sunk(count: number): void
  /** The process is gone; the next one knows nothing. */
  forgetChild(): void
}

/** An update that the store has not reached. */
interface Sent {
  readonly count: number
  readonly end: Position
  /** Of all events that were ever told. */
  readonly events: number
  /** When its first event was told. */
  readonly sinceMs: number
}

/** Of a store that takes nothing for long. */
const maxSent = 1000

export function createSinkProgress({ monotonicMs: now, wallMs }: Clock): SinkProgress {
  let end: Position | undefined
  let count = 0
  let events = 0
  /** Since when there is something that was not sent. */
  let unsentSinceMs: number | undefined
  let sent: Sent[] = []
  let sunkEvents = 0
  let sunkEnd: Position | undefined
  const opened = new Set<string>()
  const closed = new Set<string>()

  return {
    get count() {
      return count
    },

    lag() {
      const sinceMs = sent[0]?.sinceMs ?? unsentSinceMs
      const isBehind = sinceMs !== undefined && events > sunkEvents
      return { events: events - sunkEvents, ms: isBehind ? now() - sinceMs : 0, position: sunkEnd }
    },

    tell(next, more) {
      end = next
      events += more
      unsentSinceMs ??= now()
    },

    tellSocket(sessionId, isOpen) {
      if (isOpen ? closed.delete(sessionId) : opened.delete(sessionId)) return
      if (isOpen) opened.add(sessionId)
      else closed.add(sessionId)
    },

    firstUpdate(open) {
      opened.clear()
      closed.clear()
      return update(open, [])
    },

    nextUpdate() {
      if (unsentSinceMs === undefined && opened.size === 0 && closed.size === 0) return undefined
      const next = update([...opened], [...closed])
      opened.clear()
      closed.clear()
      return next
    },

    sunk(reached) {
      const last = sent.findLast((update) => update.count <= reached)
      if (!last) return
      sunkEvents = last.events
      sunkEnd = last.end
      sent = sent.filter((update) => update.count > reached)
    },

    forgetChild() {
      unsentSinceMs = sent[0]?.sinceMs ?? unsentSinceMs
      sent = []
    },
  }

  function update(open: readonly string[], gone: readonly string[]): LogUpdate {
    if (!end) throw new Error('Expected the end of the log to be told before an update')
    count++
    // The first tells since when the store is behind, the last how far; between them a coarser grain will do.
    if (sent.length >= maxSent) sent.pop()
    sent.push({ count, end, events, sinceMs: unsentSinceMs ?? now() })
    unsentSinceMs = undefined
    return { count, atMs: wallMs(), end, opened: open, closed: gone }
  }
}

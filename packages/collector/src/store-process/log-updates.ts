/** Tells the store process, update by update, how far the log is synced and which sessions have a socket; knows how far it is behind. */
import type { Clock } from '../clock.ts'
import type { Position } from '../log/read-log.ts'
import type { LogUpdate } from './messages.ts'
import type { StoreChild } from './spawn-store.ts'

export interface LogUpdates {
  lag(): SinkLag
  /** The log is synced up to here, by so many events more. */
  synced(end: Position, events: number): void
  /** A session's socket is up, or gone. */
  socketChanged(sessionId: string, isOpen: boolean): void
  /** For a process that knows nothing yet. */
  first(openSessions: readonly string[]): LogUpdate
  /** Sends at once what is new. @returns the count of the last update */
  flush(): number
  /** All of the log up to an update is in the store. */
  applied(count: number): void
  /** The process is gone; the next one knows nothing. */
  forgetChild(): void
}

export interface SinkLag {
  readonly bytes: number
  readonly events: number
  readonly ms: number
}

export interface LogUpdatesOptions {
  readonly clock: Clock
  /** The process that is running now. */
  readonly child: () => StoreChild | undefined
  /** Of the log, from a position on; from its begin, where none is known yet. */
  readonly bytesAfter: (position: Position | undefined) => number
}

/** An update that the store has not reached. */
interface Sent {
  readonly count: number
  readonly end: Position
  /** Of all events of the log. */
  readonly events: number
  /** When its first event was synced. */
  readonly sinceMs: number
}

/** Of a store that takes nothing for long. */
const maxSent = 1000
/** Whoever reads has it told at once; all else may wait for its like. */
const intervalMs = 50

export function createLogUpdates({ clock, child, bytesAfter }: LogUpdatesOptions): LogUpdates {
  const { monotonicMs: now, wallMs } = clock
  let end: Position | undefined
  let count = 0
  let events = 0
  /** Since when there is something that was not sent. */
  let unsentSinceMs: number | undefined
  let sent: Sent[] = []
  let appliedEvents = 0
  let appliedEnd: Position | undefined
  let timer: NodeJS.Timeout | undefined
  const opened = new Set<string>()
  const closed = new Set<string>()

  return {
    lag() {
      const sinceMs = sent[0]?.sinceMs ?? unsentSinceMs
      const isBehind = sinceMs !== undefined && events > appliedEvents
      return { bytes: bytesAfter(appliedEnd), events: events - appliedEvents, ms: isBehind ? now() - sinceMs : 0 }
    },

    synced(next, more) {
      end = next
      events += more
      unsentSinceMs ??= now()
      timer ??= setTimeout(flush, intervalMs)
    },

    socketChanged(sessionId, isOpen) {
      if (isOpen ? closed.delete(sessionId) : opened.delete(sessionId)) return
      if (isOpen) opened.add(sessionId)
      else closed.add(sessionId)
      timer ??= setTimeout(flush, intervalMs)
    },

    first: (openSessions) => next(openSessions, []),

    flush,

    applied(reached) {
      const last = sent.findLast((update) => update.count <= reached)
      if (!last) return
      appliedEvents = last.events
      appliedEnd = last.end
      sent = sent.filter((update) => update.count > reached)
    },

    forgetChild() {
      unsentSinceMs = sent[0]?.sinceMs ?? unsentSinceMs
      sent = []
    },
  }

  function flush(): number {
    clearTimeout(timer)
    timer = undefined
    const isNew = unsentSinceMs !== undefined || opened.size + closed.size > 0
    if (isNew) child()?.send({ kind: 'update', update: next([...opened], [...closed]) })
    return count
  }

  function next(open: readonly string[], gone: readonly string[]): LogUpdate {
    if (!end) throw new Error('Expected the end of the log to be known before an update')
    count++
    // The first tells since when the store is behind, the last how far; between them a coarser grain will do.
    if (sent.length >= maxSent) sent.pop()
    sent.push({ count, end, events, sinceMs: unsentSinceMs ?? now() })
    unsentSinceMs = undefined
    opened.clear()
    closed.clear()
    return { count, atMs: wallMs(), end, opened: open, closed: gone }
  }
}

/** Records the telemetry events of a run for its export: tapped before the buffer, so it needs no network. */
import { badOption, expectObject, expectWhole } from './errors.ts'

export interface EventRecorderOptions {
  /** Names the run. As a function it is asked when events are read, since a live session may begin late. */
  readonly sessionId: string | (() => string)
  /** Wall-clock milliseconds since 1970; of a mission, its own time. */
  readonly clock: () => number
  /** Events kept, from 1; beyond it the oldest gives way. @default 100000 */
  readonly limit?: number | undefined
}

export const recorderDefaults = { limit: 100_000 }

/** As a telemetry event on the wire. */
export interface RecordedEvent {
  /** `${sessionId}:${seq}` */
  readonly id: string
  readonly type: string
  readonly timestamp: number
  readonly data: unknown
  readonly sessionId: string
  /** From 1, without a gap but for what was dropped. */
  readonly seq: number
}

export interface EventRecorder {
  /** O(1). Keeps `data` itself: a game that pools its payloads passes a copy. */
  push(type: string, data: unknown): void
  /** From the oldest kept. What is pushed meanwhile is not among them. */
  events(): Iterable<RecordedEvent>
  /** Events kept. */
  readonly length: number
  /** Events that gave way to newer ones. */
  readonly dropped: number
  /** Forgets the events; the sequence goes on. */
  clear(): void
}

interface Entry {
  readonly type: string
  readonly timestamp: number
  readonly data: unknown
  readonly seq: number
}

/**
 * @example const recorder = createEventRecorder({ sessionId: 'cascade-7', clock: () => mission.nowMs })
 * @throws {ArtifactError} `bad_option`
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  expectObject('options', options)
  const { sessionId, clock, limit = recorderDefaults.limit } = options
  expectWhole('limit', limit)
  if (typeof clock !== 'function') throw badOption('clock', 'a function', clock)
  /** A ring once it is full: `oldest` is where the next event goes. */
  let entries: Entry[] = []
  let oldest = 0
  let seq = 0
  let dropped = 0

  return {
    push(type, data) {
      seq += 1
      const entry = { type, timestamp: clock(), data, seq }
      if (entries.length < limit) {
        entries.push(entry)
        return
      }
      entries[oldest] = entry
      oldest = (oldest + 1) % limit
      dropped += 1
    },

    events() {
      const session = typeof sessionId === 'function' ? sessionId() : sessionId
      const inOrder = [...entries.slice(oldest), ...entries.slice(0, oldest)]
      return inOrder.map(({ type, timestamp, data, seq }) => ({
        id: `${session}:${seq}`,
        type,
        timestamp,
        data,
        sessionId: session,
        seq,
      }))
    },

    get length() {
      return entries.length
    },

    get dropped() {
      return dropped
    },

    clear() {
      entries = []
      oldest = 0
    },
  }
}

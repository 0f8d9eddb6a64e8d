/** Records when each event of a session was pushed, and how long after that the collector acknowledged it. */
import type { Rejection } from '@downlink/protocol'

export interface AckRecorder {
  readonly pushed: number
  /** The highest sequence that a frame or an answer of the collector acknowledged. */
  readonly acked: number
  /** From a push to its acknowledgement, in order of sequence. */
  readonly latenciesMs: readonly number[]
  /** The same, of the events that met no fault. */
  readonly undisturbedMs: readonly number[]
  /** The first event that the collector said it rejects. */
  readonly rejection: Rejection | undefined
  recordPush(): void
  /** A fault begins: it is met by what is not acknowledged yet, and by what is pushed until all of that is, after its end. */
  beginFault(): void
  endFault(): void
  /** @param text a frame of the collector, or its answer to a beacon */
  recordAnswer(text: string): void
}

/** A welcome, an ack, or the answer to a beacon. */
interface CollectorAnswer {
  readonly t?: string
  readonly seq?: number
  readonly ack?: number
  readonly rejected?: readonly Rejection[]
}

/** @param monotonicMs a clock that never steps, in milliseconds */
export function createAckRecorder(monotonicMs: () => number): AckRecorder {
  const pushedAtMs: number[] = []
  const latenciesMs: number[] = []
  const undisturbedMs: number[] = []
  let rejection: Rejection | undefined
  let faults = 0
  /** What waited at the end of the last fault. */
  let backlogUpTo = 0
  let disturbedUpTo = 0
  return {
    get pushed() {
      return pushedAtMs.length
    },
    get acked() {
      return latenciesMs.length
    },
    latenciesMs,
    undisturbedMs,
    get rejection() {
      return rejection
    },
    recordPush() {
      pushedAtMs.push(monotonicMs())
      if (faults > 0 || latenciesMs.length < backlogUpTo) disturbedUpTo = pushedAtMs.length
    },
    beginFault() {
      faults++
      disturbedUpTo = pushedAtMs.length
    },
    endFault() {
      faults--
      backlogUpTo = pushedAtMs.length
    },
    recordAnswer(text) {
      const answer = parsed(text)
      rejection ??= answer.rejected?.[0]
      const upTo = Math.min(answer.ack ?? (answer.t === 'ack' ? (answer.seq ?? 0) : 0), pushedAtMs.length)
      const nowMs = monotonicMs()
      while (latenciesMs.length < upTo) {
        const latencyMs = nowMs - (pushedAtMs[latenciesMs.length] ?? nowMs)
        latenciesMs.push(latencyMs)
        if (latenciesMs.length > disturbedUpTo) undisturbedMs.push(latencyMs)
      }
    },
  }
}

/** A balancer whose collector is gone answers a beacon with a page of its own, which acknowledges nothing. */
function parsed(text: string): CollectorAnswer {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

/** Records when each event of a session was pushed, and how long after that the collector acknowledged it. */
import type { Rejection } from '@downlink/protocol'

export interface AckRecorder {
  readonly pushed: number
  /** The highest sequence that a frame or an answer of the collector acknowledged. */
  readonly acked: number
  /** From a push to its acknowledgement, in order of sequence. */
  readonly latenciesMs: readonly number[]
  /** The first event that the collector said it rejects. */
  readonly rejection: Rejection | undefined
  recordPush(): void
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

export function createAckRecorder(): AckRecorder {
  const pushedAtMs: number[] = []
  const latenciesMs: number[] = []
  let rejection: Rejection | undefined
  return {
    get pushed() {
      return pushedAtMs.length
    },
    get acked() {
      return latenciesMs.length
    },
    latenciesMs,
    get rejection() {
      return rejection
    },
    recordPush: () => void pushedAtMs.push(performance.now()),
    recordAnswer(text) {
      const answer: CollectorAnswer = JSON.parse(text)
      rejection ??= answer.rejected?.[0]
      const upTo = Math.min(answer.ack ?? (answer.t === 'ack' ? (answer.seq ?? 0) : 0), pushedAtMs.length)
      const nowMs = performance.now()
      while (latenciesMs.length < upTo) latenciesMs.push(nowMs - (pushedAtMs[latenciesMs.length] ?? nowMs))
    },
  }
}

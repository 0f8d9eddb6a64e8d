/** Forgets sessions of a cluster: in the stream first, so that nothing of them comes after it, then in the store behind it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import type { ClusterStore } from './cluster-store.ts'
import { isRecordedId } from './commit/session-record.ts'
import { CollectorError } from './errors.ts'
import type { ForgetOutcome } from './jetstream/forget-session.ts'
import type { SinkLag } from './jetstream/sink-lag.ts'
import type { ForgetProgress, Forgetter, Forgotten } from './life/forgetter.ts'
import { nothing } from './life/pruner.ts'
import type { QueryLimits } from './query/query-limits.ts'
import { createSerialQueue } from './serial-queue.ts'

export interface ClusterForgetterOptions {
  readonly store: Pick<ClusterStore, 'matchingSessions' | 'erase'>
  readonly lag: SinkLag
  readonly limits: QueryLimits
  /** Says in the stream that a session is forgotten. */
  readonly forgetSession: (sessionId: string, atMs: number) => Promise<ForgetOutcome>
  /** Erases what the stream has of a session, and the store up to a sequence of it. */
  readonly eraseMessages: (sessionId: string, sunkSeq: number) => Promise<unknown>
  /** Deletes messages that are no entries, of whichever session. @returns what they were called */
  readonly eraseAside: () => Promise<readonly string[]>
  readonly onForgotten: (sessionIds: readonly string[], events: number) => void
  /** Nobody is to be waited for any more. */
  readonly isClosing: () => boolean
  readonly wallMs: Clock['wallMs']
}

/** So long whoever asks at once waits for sinks. */
const patienceMs = 5000
/** From one try to the next, where that is tried until it is so. */
const pauseMs = 1000
/** Sessions under way at once. */
const atOnce = 16

export function createClusterForgetter(options: ClusterForgetterOptions): Forgetter {
  const { store, lag, limits, forgetSession, eraseMessages, eraseAside, onForgotten, isClosing, wallMs } = options
  const inTurn = createSerialQueue()
  return {
    async find(condition) {
      if (!(await isSunk(await lastSeq()))) throw behind()
      return store.matchingSessions(condition, limits)
    },
    async findOnceThere(condition) {
      await untilSunk()
      return store.matchingSessions(condition, limits)
    },
    forget: (sessionIds, onProgress = () => {}) => inTurn(() => forget(sessionIds, onProgress)),
    // What the stream has of it sinks come to by themselves.
    resume() {},
  }

  async function forget(
    sessionIds: readonly string[],
    onProgress: (progress: ForgetProgress) => void,
  ): Promise<Forgotten> {
    const stranger = sessionIds.find((id) => !isRecordedId(id))
    if (stranger !== undefined) {
      throw new CollectorError('data_damaged', `Expected the ids of sessions, got ${stranger.slice(0, 100)}`)
    }
    onProgress({ step: 'deleting' })
    const atMs = wallMs()
    const outcomes = await inGroups(sessionIds, (id) => forgetSession(id, atMs))
    const failed = outcomes.filter((outcome) => outcome === 'unavailable').length
    if (failed > 0)
      throw new CollectorError('store_unavailable', `${failed} of the sessions are not forgotten. Ask again.`)
    const forgotten = sessionIds.filter((_, at) => outcomes[at] === 'forgotten')
    onProgress({ step: 'sinks' })
    const sunkSeq = await untilSunk()
    onProgress({ step: 'rows' })
    const deleted = forgotten.length === 0 ? nothing : await store.erase(forgotten)
    onForgotten(forgotten, deleted.events)
    onProgress({ step: 'messages' })
    await inGroups(forgotten, (id) => erased(eraseMessages(id, sunkSeq)))
    const files = await erased(eraseAside())
    return { sessions: forgotten.length, ...deleted, files, backups: [], sentTo: null }
  }

  /** However long it takes. @returns sequence of a message up to which the store has all */
  async function untilSunk(): Promise<number> {
    while (!isClosing()) {
      const seq = await lag.lastSeq().catch(() => undefined)
      if (seq !== undefined && (await isSunk(seq))) return seq
      await delay(pauseMs)
    }
    throw behind()
  }

  async function isSunk(seq: number): Promise<boolean> {
    return (await lag.behindSince(seq, patienceMs).catch(() => 0)) === undefined
  }

  function lastSeq(): Promise<number> {
    return lag.lastSeq().catch((cause: unknown) => {
      throw behind(cause)
    })
  }
}

async function inGroups<Result>(
  sessionIds: readonly string[],
  work: (sessionId: string) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let at = 0; at < sessionIds.length; at += atOnce) {
    results.push(...(await Promise.all(sessionIds.slice(at, at + atOnce).map(work))))
  }
  return results
}

const behind = (cause?: unknown): CollectorError =>
  new CollectorError('store_unavailable', 'Sinks are behind what was acknowledged, or none runs. Ask again.', { cause })

const erased = <Value>(erasing: Promise<Value>): Promise<Value> =>
  erasing.catch((cause: unknown) => {
    const message =
      'What was forgotten is no longer stored, and its last messages are still in the stream, for ten minutes.'
    throw new CollectorError('log_unavailable', message, { cause })
  })

/** Forgets sessions of a cluster: in the stream first, so that nothing of them comes after it, then in the store behind it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import type { ClusterStore } from './cluster-store.ts'
import { CollectorError } from './errors.ts'
import type { ForgetOutcome } from './jetstream/forget-session.ts'
import type { SinkLag } from './jetstream/sink-lag.ts'
import { expectRecordedIds, type ForgetProgress, type Forgetter, type Forgotten } from './life/forgetter.ts'
import { nothing } from './life/pruner.ts'
import type { QueryLimits } from './query/query-limits.ts'
import { createSerialQueue } from './serial-queue.ts'

export interface ClusterForgetterOptions {
  readonly store: Pick<ClusterStore, 'matchingSessions' | 'erase'>
  readonly lag: Pick<SinkLag, 'lastSeq' | 'behindSince'>
  readonly limits: QueryLimits
  /** Says in the stream that a session is forgotten. */
  readonly forgetSession: (sessionId: string, atMs: number) => Promise<ForgetOutcome>
  /** Erases what the stream has of a session, and the store up to a sequence of it. */
  readonly eraseMessages: (sessionId: string, sunkSeq: number) => Promise<unknown>
  /** Deletes messages that are no entries, of whichever session. @returns what they were called */
  readonly eraseAside: () => Promise<readonly string[]>
  /** Nothing more of some sessions is to be answered. */
  readonly onForgotten: () => void
  /** So many events were deleted. */
  readonly onErased: (events: number) => void
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
  const { store, lag, limits, forgetSession, eraseMessages, eraseAside, isClosing, wallMs } = options
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
    expectRecordedIds(sessionIds)
    onProgress({ step: 'deleting' })
    const { forgotten, left } = await forgetInStream(sessionIds)
    if (forgotten.length > 0) options.onForgotten()
    if (forgotten.length === 0 && left > 0) throw notForgotten(left)
    onProgress({ step: 'sinks' })
    const sunkSeq = await untilSunk()
    onProgress({ step: 'rows' })
    // No condition finds those again that are forgotten: whatever fails of one, all of the others is erased.
    const [rows] = await Promise.allSettled([forgotten.length === 0 ? nothing : store.erase(forgotten)])
    if (rows.status === 'fulfilled') options.onErased(rows.value.events)
    onProgress({ step: 'messages' })
    const messages = await inGroups(forgotten, (id) => eraseMessages(id, sunkSeq))
    const [aside] = await Promise.allSettled([eraseAside()])
    if (rows.status === 'rejected') throw rows.reason
    if (aside.status === 'rejected') throw notErased(aside.reason)
    const failed = messages.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw notErased(failed.reason)
    if (left > 0) throw notForgotten(left)
    return { sessions: forgotten.length, ...rows.value, files: aside.value, backups: [], sentTo: null }
  }

  /** As far as the stream takes it. @returns those that it knows, and how many could not be forgotten */
  async function forgetInStream(sessionIds: readonly string[]) {
    const atMs = wallMs()
    const forgotten: string[] = []
    let done = 0
    for (const group of groupsOf(sessionIds)) {
      const outcomes = await Promise.all(group.map((id) => forgetSession(id, atMs)))
      forgotten.push(...group.filter((_, at) => outcomes[at] === 'forgotten'))
      const settled = outcomes.filter((outcome) => outcome !== 'unavailable').length
      done += settled
      // Each of the next would be tried as long.
      if (settled === 0 || isClosing()) break
    }
    return { forgotten, left: sessionIds.length - done }
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
    return (await lag.behindSince(patienceMs, seq).catch(() => 0)) === undefined
  }

  function lastSeq(): Promise<number> {
    return lag.lastSeq().catch((cause: unknown) => {
      throw behind(cause)
    })
  }
}

/** What fails of one ends none of the others. */
async function inGroups<Result>(
  sessionIds: readonly string[],
  work: (sessionId: string) => Promise<Result>,
): Promise<readonly PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = []
  for (const group of groupsOf(sessionIds)) results.push(...(await Promise.allSettled(group.map(work))))
  return results
}

function* groupsOf(sessionIds: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < sessionIds.length; at += atOnce) yield sessionIds.slice(at, at + atOnce)
}

const behind = (cause?: unknown): CollectorError =>
  new CollectorError('store_unavailable', 'Sinks are behind what was acknowledged, or none runs. Ask again.', { cause })

const notForgotten = (sessions: number): CollectorError =>
  new CollectorError('store_unavailable', `${sessions} of the sessions are not forgotten. Ask again.`)

const notErased = (cause: unknown): CollectorError =>
  new CollectorError(
    'log_unavailable',
    'What was forgotten is no longer stored, and its last messages are still in the stream, for ten minutes.',
    { cause },
  )

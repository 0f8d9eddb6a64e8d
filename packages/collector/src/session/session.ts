/**
 * One session in memory: the accepted mark, over the committed one that the log owns.
 * All of its batches pass through here, whatever brought them, and none waits between check and append: this is the lock.
 */
import type { Hello, ReceivedBatch, ReceivedElement } from '@downlink/protocol'
import type { AppendOutcome, CommitLog } from '../commit/commit-log.ts'
import type { Introduction, RejectedEvent, SessionBatch } from '../commit/session-batch.ts'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import type { Judge } from './judge.ts'
import { type JudgedRun, judgeAcked, judgePlain } from './judge-run.ts'

/** What a batch has come to. */
export type Settled =
  /** The record is at or past the batch's end. */
  | { readonly kind: 'committed'; readonly record: SessionRecord; readonly rejected: readonly RejectedEvent[] }
  /** Nothing of it counts; the sender comes again. */
  | { readonly kind: 'unavailable' }

export type Taken =
  | { readonly kind: 'settling'; readonly settled: Promise<Settled> }
  /** The batch starts past what was accepted. */
  | { readonly kind: 'hole'; readonly accepted: number }

/** The socket that a session is on. */
export interface Link {
  readonly conn: number
  /** A higher `conn` took over. */
  replaced(): void
  /** The session was given up; its marks must be read again. */
  failed(): void
}

export interface Session {
  readonly id: string
  readonly proofHash: string | undefined
  /** Events accepted and not yet committed. */
  readonly pendingEvents: number
  /** Nobody is on it and nothing is under way. */
  readonly idle: boolean
  readonly open: boolean
  /** False where a link with the same or a higher `conn` is up. */
  attach(link: Link): boolean
  detach(link: Link): void
  /** Takes over what a hello says. Settles at `next − 1` or above. */
  greet(introduction: Introduction, hello: Pick<Hello, 'next' | 'pushed'>, receivedAt: number): Promise<Settled>
  take(batch: ReceivedBatch, receivedAt: number): Taken
  takePlain(elements: readonly ReceivedElement[], end: boolean, receivedAt: number): Promise<Settled>
  /** Its marks turned out not to be the session's: nothing more is taken, and its link fails. Idempotent. */
  giveUp(): void
}

export interface SessionOptions {
  readonly id: string
  readonly proofHash: string | undefined
  /** Undefined for a session that the log has never seen. */
  readonly record: SessionRecord | undefined
  readonly log: CommitLog
  readonly judge: Judge
  /** By how much more, or less, the session owes while nobody is there to bring it. */
  readonly onOwed: (events: number) => void
  readonly onSocket: (isOpen: boolean) => void
  /** Called once, when an append failed or it was given up: from then on nothing is taken. */
  readonly onFailed: (session: Session) => void
}

const plainIntroduction: Introduction = {
  delivery: 'plain',
  proofHash: undefined,
  clockOffsetMs: undefined,
  build: undefined,
  labels: undefined,
  schema: undefined,
}

/** Two measurements of the same clocks differ by less: by the way that the hello took. */
const clockStepMs = 1000

const stepOf = (offsetMs = 0, knownMs = 0): number => Math.abs(offsetMs - knownMs)

export function createSession({
  id,
  proofHash,
  record,
  log,
  judge,
  onOwed,
  onSocket,
  onFailed,
}: SessionOptions): Session {
  let committed = record
  let accepted = record?.mark ?? 0
  let pushed = record?.pushed ?? 0
  let ended = record?.ended ?? false
  let clockOffsetMs = record?.clockOffsetMs
  let pendingEvents = 0
  let failed = false
  let tail: Promise<Settled> | undefined
  /** What a hello told, while there is no record for it to stand in. */
  let unrecorded: Introduction | undefined
  let link: Link | undefined
  /** What it owes as a session without a link; those that are not in memory are counted like this, too. */
  let owed = record ? record.pushed - record.mark : 0

  const session: Session = {
    id,
    proofHash,
    get pendingEvents() {
      return pendingEvents
    },
    get idle() {
      return link === undefined && tail === undefined
    },
    get open() {
      return link !== undefined
    },

    attach(newcomer) {
      if (link && link.conn >= newcomer.conn) return false
      if (!link) onSocket(true)
      link?.replaced()
      link = newcomer
      countOwed()
      return true
    },

    detach(leaving) {
      if (link !== leaving) return
      link = undefined
      onSocket(false)
      countOwed()
    },

    greet(introduction, hello, receivedAt) {
      const missing = Math.max(0, hello.next - 1 - accepted)
      const clockStepped = stepOf(introduction.clockOffsetMs, clockOffsetMs) > clockStepMs
      if (committed && missing === 0 && hello.pushed <= pushed && !clockStepped) return repeat()
      clockOffsetMs = introduction.clockOffsetMs
      const run: JudgedRun = { upTo: accepted + missing, events: [], rejected: [], dropped: {} }
      return append({ ...run, missing, introduction, pushed: hello.pushed, end: false, receivedAt })
    },

    take({ seq, pushed: nowPushed, events, end = false }, receivedAt) {
      if (failed) return { kind: 'settling', settled: Promise.resolve({ kind: 'unavailable' }) }
      if (seq > accepted + 1) return { kind: 'hole', accepted }
      const run = judgeAcked(events, seq, accepted, judge, { sessionId: id, receivedAt })
      const isNew = run.upTo > accepted || nowPushed > pushed || (end && !ended && nowPushed >= pushed)
      const settled = isNew ? append({ ...run, missing: 0, pushed: nowPushed, end, receivedAt }) : repeat()
      return { kind: 'settling', settled }
    },

    takePlain(elements, end, receivedAt) {
      const run = judgePlain(elements, accepted, judge, { sessionId: id, receivedAt })
      return append({ ...run, missing: 0, introduction: plainIntroduction, pushed: run.upTo, end, receivedAt })
    },

    giveUp,
  }
  return session

  /** All of it was taken before: it is answered once that is committed. */
  function repeat(): Promise<Settled> {
    if (tail) return tail.then((settled) => (settled.kind === 'committed' ? { ...settled, rejected: [] } : settled))
    return Promise.resolve(
      failed ? { kind: 'unavailable' } : { kind: 'committed', record: committed ?? newRecord(id, 0), rejected: [] },
    )
  }

  function append(batch: SessionBatch): Promise<Settled> {
    if (failed) return Promise.resolve({ kind: 'unavailable' })
    unrecorded = batch.introduction ?? unrecorded
    // Nothing was pushed, so nothing can be lost: who only comes and goes, however often, leaves no row.
    if (!committed && Math.max(pushed, batch.pushed) === 0) return repeat()
    const from = accepted
    accepted = batch.upTo
    ended = (batch.end && batch.pushed >= pushed) || (ended && batch.pushed <= pushed)
    pushed = Math.max(pushed, batch.pushed)
    pendingEvents += batch.events.length
    const introduced = unrecorded ? { ...batch, introduction: unrecorded } : batch
    unrecorded = undefined
    const settled = log.append(id, from, introduced).then((outcome) => settle(outcome, batch))
    tail = settled
    void settled.then(() => {
      if (tail === settled) tail = undefined
    })
    return settled
  }

  function countOwed(): void {
    const expectsMore = link !== undefined && !committed?.ended
    const owes = committed && !expectsMore ? committed.pushed - committed.mark : 0
    if (owes !== owed) onOwed(owes - owed)
    owed = owes
  }

  function settle(outcome: AppendOutcome, batch: SessionBatch): Settled {
    pendingEvents -= batch.events.length
    if (outcome.kind === 'committed') {
      committed = outcome.record
      countOwed()
      return outcome
    }
    giveUp()
    return { kind: 'unavailable' }
  }

  function giveUp(): void {
    if (failed) return
    failed = true
    onFailed(session)
    link?.failed()
    if (link) onSocket(false)
    link = undefined
    countOwed()
  }
}

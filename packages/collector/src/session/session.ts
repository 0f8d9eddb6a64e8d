/**
 * Keeps one session in memory: the accepted sequence, ahead of the committed one that the log owns.
 * All of its batches pass through here, whatever brought them, and none waits between check and append: this is the lock.
 */
import type { Hello, ReceivedBatch, ReceivedElement } from '@downlink/protocol'
import type { AppendOutcome, CommitLog } from '../commit/commit-log.ts'
import { noEvents } from '../commit/encoded-events.ts'
import type { RejectedEvent, SessionBatch, SessionMetadata } from '../commit/session-batch.ts'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import { type EventValidator, type ValidatedRun, validateAcked, validatePlain } from './event-validator.ts'
import { createSessionLink, type Link } from './session-link.ts'

/** What a batch has come to. */
export type CommitResult =
  /** The record is at or past the batch's end. */
  | { readonly kind: 'committed'; readonly record: SessionRecord; readonly rejected: readonly RejectedEvent[] }
  /** Nothing of it counts; the sender comes again. */
  | { readonly kind: 'unavailable' }

export type Taken =
  | { readonly kind: 'taken'; readonly result: Promise<CommitResult> }
  /** The batch starts past what was accepted. */
  | { readonly kind: 'hole'; readonly accepted: number }

export interface Session {
  readonly id: string
  readonly proofHash: string | undefined
  /** Events accepted and not yet committed. */
  readonly pendingEvents: number
  /** Nobody is on it and nothing is under way. */
  readonly idle: boolean
  readonly open: boolean
  /** False where a link with the same or a higher `epoch` is up. */
  attach(link: Link): boolean
  detach(link: Link): void
  /** Takes over what a hello says. Commits `next − 1` or above. */
  handshake(metadata: SessionMetadata, hello: Pick<Hello, 'next' | 'pushed'>, receivedAt: number): Promise<CommitResult>
  take(batch: ReceivedBatch, receivedAt: number): Taken
  takePlain(elements: readonly ReceivedElement[], end: boolean, receivedAt: number): Promise<CommitResult>
  /** What it took for the committed sequence turned out not to be: nothing more is taken, and its link fails. Idempotent. */
  giveUp(): void
}

export interface SessionOptions {
  readonly id: string
  readonly proofHash: string | undefined
  /** Undefined for a session that the log has never seen. */
  readonly record: SessionRecord | undefined
  readonly log: CommitLog
  readonly validator: EventValidator
  /** By how many events more, or fewer, are outstanding of the session while nobody is there to bring them. */
  readonly onOutstanding: (events: number) => void
  readonly onSocket: (isOpen: boolean) => void
  /** Called once, when an append failed or it was given up: from then on nothing is taken. */
  readonly onFailed: (session: Session) => void
}

const plainMetadata: SessionMetadata = {
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
  validator,
  onOutstanding,
  onSocket,
  onFailed,
}: SessionOptions): Session {
  let committed = record
  let accepted = record?.committedSeq ?? 0
  let pushed = record?.pushed ?? 0
  let ended = record?.ended ?? false
  let clockOffsetMs = record?.clockOffsetMs
  let pendingEvents = 0
  let failed = false
  let tail: Promise<CommitResult> | undefined
  /** What a hello told, while there is no record for it to stand in. */
  let unrecorded: SessionMetadata | undefined
  const link = createSessionLink(record, { onSocket, onOutstanding })

  const session: Session = {
    id,
    proofHash,
    get pendingEvents() {
      return pendingEvents
    },
    get idle() {
      return !link.isUp && tail === undefined
    },
    get open() {
      return link.isUp
    },

    attach: link.attach,
    detach: link.detach,

    handshake(metadata, hello, receivedAt) {
      const missing = Math.max(0, hello.next - 1 - accepted)
      const clockStepped = stepOf(metadata.clockOffsetMs, clockOffsetMs) > clockStepMs
      if (committed && missing === 0 && hello.pushed <= pushed && !clockStepped) return repeat()
      clockOffsetMs = metadata.clockOffsetMs
      const run: ValidatedRun = { upTo: accepted + missing, events: noEvents, rejected: [], dropped: {} }
      return append({ ...run, missing, metadata, pushed: hello.pushed, end: false, receivedAt })
    },

    take({ seq, pushed: nowPushed, events, end = false }, receivedAt) {
      if (failed) return { kind: 'taken', result: Promise.resolve({ kind: 'unavailable' }) }
      if (seq > accepted + 1) return { kind: 'hole', accepted }
      const run = validateAcked(events, seq, accepted, validator, { sessionId: id, receivedAt })
      const isNew = run.upTo > accepted || nowPushed > pushed || (end && !ended && nowPushed >= pushed)
      const result = isNew ? append({ ...run, missing: 0, pushed: nowPushed, end, receivedAt }) : repeat()
      return { kind: 'taken', result }
    },

    takePlain(elements, end, receivedAt) {
      const run = validatePlain(elements, accepted, validator, { sessionId: id, receivedAt })
      return append({ ...run, missing: 0, metadata: plainMetadata, pushed: run.upTo, end, receivedAt })
    },

    giveUp,
  }
  return session

  /** All of it was taken before: it is answered once that is committed. */
  function repeat(): Promise<CommitResult> {
    if (tail) return tail.then((result) => (result.kind === 'committed' ? { ...result, rejected: [] } : result))
    return Promise.resolve(
      failed ? { kind: 'unavailable' } : { kind: 'committed', record: committed ?? newRecord(id, 0), rejected: [] },
    )
  }

  function append(batch: SessionBatch): Promise<CommitResult> {
    if (failed) return Promise.resolve({ kind: 'unavailable' })
    unrecorded = batch.metadata ?? unrecorded
    // Nothing was pushed, so nothing can be lost: who only comes and goes, however often, leaves no row.
    if (!committed && Math.max(pushed, batch.pushed) === 0) return repeat()
    const from = accepted
    accepted = batch.upTo
    ended = (batch.end && batch.pushed >= pushed) || (ended && batch.pushed <= pushed)
    pushed = Math.max(pushed, batch.pushed)
    pendingEvents += batch.events.length
    const introduced = unrecorded ? { ...batch, metadata: unrecorded } : batch
    unrecorded = undefined
    const result = log.append(id, from, introduced).then((outcome) => {
      if (tail === result) tail = undefined
      return onOutcome(outcome, batch)
    })
    tail = result
    return result
  }

  function onOutcome(outcome: AppendOutcome, batch: SessionBatch): CommitResult {
    pendingEvents -= batch.events.length
    if (outcome.kind === 'committed') {
      committed = outcome.record
      link.countOutstanding(committed)
      return outcome
    }
    giveUp()
    return { kind: 'unavailable' }
  }

  function giveUp(): void {
    if (failed) return
    failed = true
    onFailed(session)
    link.fail()
  }
}

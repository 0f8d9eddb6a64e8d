/**
 * Keeps one session in memory: the accepted sequence, ahead of the committed one that the log owns.
 * All of its batches pass through here, whatever brought them, and none waits between check and append: this is the lock.
 */
import { createLeftOut, type Hello, type LeftOut, type ReceivedBatch, type ReceivedElement } from '@downlink/protocol'
import type { AppendOutcome, CommitLog } from '../commit/commit-log.ts'
import { noEvents } from '../commit/encoded-events.ts'
import type { RejectedEvent, SessionBatch, SessionMetadata } from '../commit/session-batch.ts'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import { type EventValidator, type ValidatedRun, validateAcked, validatePlain } from './event-validator.ts'
import { createSessionLabels } from './session-labels.ts'
import { createSessionLink, type Link, type SessionLink } from './session-link.ts'

/** What a batch has come to. */
export type CommitResult =
  /** The record is at or past the batch's end. */
  | { readonly kind: 'committed'; readonly record: SessionRecord; readonly rejected: readonly RejectedEvent[] }
  /** Nothing of it counts; the sender comes again. */
  | { readonly kind: 'unavailable' }

export type Taken =
  | {
      readonly ok: true
      readonly result: Promise<CommitResult>
      /** What of its contexts and labels was not taken, a sentence each; undefined where all was. */
      readonly leftOut?: readonly string[] | undefined
    }
  /** The batch starts past what was accepted, and nobody else can have told its sender more. */
  | { readonly ok: false; readonly accepted: number }

export interface Session {
  readonly id: string
  readonly proofHash: string | undefined
  /** Nothing of it is taken any more. */
  readonly isForgotten: boolean
  /** Events accepted and not yet committed. */
  readonly pendingEvents: number
  /** Nobody is on it and nothing is under way. */
  readonly idle: boolean
  readonly open: boolean
  /** False where a link with the same or a higher `epoch` is up. */
  attach(link: Link): boolean
  detach(link: Link): void
  /** Takes over what a hello says. Commits `next − 1` or above. */
  handshake(metadata: SessionMetadata, hello: HelloPlace, receivedAt: number): Promise<CommitResult>
  take(batch: ReceivedBatch, receivedAt: number): Taken
  takePlain(elements: readonly ReceivedElement[], end: boolean, receivedAt: number): Promise<CommitResult>
  /** What it took for the committed sequence turned out not to be: nothing more is taken, and its link fails. Idempotent. */
  giveUp(): void
}

/** Where its sender stands, and over which of its connections it says so. */
export type HelloPlace = Pick<Hello, 'conn' | 'next' | 'pushed'>

export interface SessionOptions {
  readonly id: string
  readonly proofHash: string | undefined
  /** Undefined for a session that the log has never seen. */
  readonly record: SessionRecord | undefined
  /** It was forgotten, and starts anew with its next handshake. */
  readonly restarts: boolean
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

export function createSession(options: SessionOptions): Session {
  const { id, proofHash, record, log, validator, onSocket, onOutstanding, onFailed } = options
  const link = createSessionLink(record, { onSocket, onOutstanding })
  const line = createAcceptedLine(options, link, () => onFailed(session))
  const labels = createSessionLabels(record)
  let clockOffsetMs = record?.clockOffsetMs
  let { restarts } = options

  const session: Session = {
    id,
    proofHash,
    isForgotten: record?.forgottenAtMs !== undefined && !options.restarts,
    get pendingEvents() {
      return line.pendingEvents
    },
    get idle() {
      return !link.isUp && !line.isCommitting
    },
    get open() {
      return link.isUp
    },

    attach: link.attach,
    detach: link.detach,

    handshake(metadata, hello, receivedAt) {
      line.connected(hello.conn)
      labels.introduce(metadata.labels)
      const missing = Math.max(0, hello.next - 1 - line.accepted)
      const clockStepped = stepOf(metadata.clockOffsetMs, clockOffsetMs) > clockStepMs
      const isKnown = line.hasRecord && missing === 0 && hello.pushed <= line.pushed && !clockStepped
      if (isKnown && !restarts) return line.repeat()
      clockOffsetMs = metadata.clockOffsetMs
      const run = { upTo: line.accepted + missing, events: noEvents, rejected: [], dropped: {} }
      const described = { ...metadata, labels: labels.latest }
      const batch = { ...run, missing, metadata: described, pushed: hello.pushed, end: false, receivedAt }
      if (!restarts) return line.append(batch)
      restarts = false
      return line.append({ ...batch, labels: labels.restart(batch.upTo + 1), restarts: true })
    },

    take({ seq, pushed, events, end = false }, receivedAt) {
      if (line.failed) return { ok: true, result: Promise.resolve({ kind: 'unavailable' }) }
      const { accepted } = line
      if (seq > accepted + 1) {
        if (!log.isShared) return { ok: false, accepted }
        // Its sender was told by another collector: where it stands is read anew.
        line.giveUp()
        return { ok: true, result: Promise.resolve({ kind: 'unavailable' }) }
      }
      const leftOut = createLeftOut()
      const validated = validateAcked(events, seq, accepted, validator, { sessionId: id, receivedAt }, leftOut)
      const run = withLabels(validated, leftOut)
      const isNew = run.upTo > accepted || pushed > line.pushed || (end && !line.ended && pushed >= line.pushed)
      const result = isNew ? line.append({ ...run, missing: 0, pushed, end, receivedAt }) : line.repeat()
      return { ok: true, result, leftOut: leftOut.sentences() }
    },

    takePlain(elements, end, receivedAt) {
      const metadata = { ...plainMetadata, labels: labels.latest }
      const validated = validatePlain(elements, line.accepted, validator, { sessionId: id, receivedAt })
      const run = withLabels(validated, createLeftOut())
      return line.append({ ...run, missing: 0, metadata, pushed: run.upTo, end, receivedAt })
    },

    giveUp: line.giveUp,
  }
  return session

  function withLabels({ labels: said, ...run }: ValidatedRun, leftOut: LeftOut) {
    const changes = labels.change(said, leftOut)
    return changes ? { ...run, labels: changes } : run
  }
}

/** What a session has accepted, and how that gets committed. */
interface AcceptedLine {
  /** The accepted sequence. */
  readonly accepted: number
  readonly pushed: number
  readonly ended: boolean
  /** Events accepted and not yet committed. */
  readonly pendingEvents: number
  readonly isCommitting: boolean
  readonly hasRecord: boolean
  readonly failed: boolean
  /** What is appended from here on comes over a connection with this epoch, or a higher one. */
  connected(conn: number): void
  append(batch: SessionBatch): Promise<CommitResult>
  /** All of it was taken before: it is answered once that is committed. */
  repeat(): Promise<CommitResult>
  giveUp(): void
}

function createAcceptedLine(
  { id, record, log }: SessionOptions,
  link: SessionLink,
  onFailed: () => void,
): AcceptedLine {
  let committed = record
  let tail: Promise<CommitResult> | undefined
  /** What a hello told, while there is no record for it to stand in. */
  let unrecorded: SessionMetadata | undefined
  /** The highest so far, and the one that the record has once all is committed. */
  let [conn, recordedConn] = [record?.conn ?? 0, record?.conn ?? 0]
  const line = {
    accepted: record?.committedSeq ?? 0,
    pushed: record?.pushed ?? 0,
    ended: record?.ended ?? false,
    pendingEvents: 0,
    failed: false,
    get isCommitting() {
      return tail !== undefined
    },
    get hasRecord() {
      return committed !== undefined
    },
    connected(epoch: number) {
      conn = Math.max(conn, epoch)
    },
    append,
    repeat,
    giveUp: () => giveUp(),
  }
  return line

  function append(batch: SessionBatch): Promise<CommitResult> {
    if (line.failed) return Promise.resolve({ kind: 'unavailable' })
    const { accepted, pushed } = line
    unrecorded = batch.metadata ?? unrecorded
    // Nothing was pushed, so nothing can be lost: who only comes and goes, however often, leaves no row.
    if (!committed && Math.max(pushed, batch.pushed) === 0) return repeat()
    line.accepted = batch.upTo
    line.ended = (batch.end && batch.pushed >= pushed) || (line.ended && batch.pushed <= pushed)
    line.pushed = Math.max(pushed, batch.pushed)
    line.pendingEvents += batch.events.length
    const whole = {
      ...batch,
      ...(unrecorded && { metadata: unrecorded }),
      ...(conn > recordedConn && { conn }),
    }
    unrecorded = undefined
    recordedConn = conn
    const result = log.append(id, accepted, whole).then((outcome) => {
      if (tail === result) tail = undefined
      return onOutcome(outcome, batch)
    })
    tail = result
    return result
  }

  function repeat(): Promise<CommitResult> {
    if (tail) return tail.then((result) => (result.kind === 'committed' ? { ...result, rejected: [] } : result))
    return Promise.resolve(
      line.failed
        ? { kind: 'unavailable' }
        : { kind: 'committed', record: committed ?? newRecord(id, 0), rejected: [] },
    )
  }

  function onOutcome(outcome: AppendOutcome, batch: SessionBatch): CommitResult {
    line.pendingEvents -= batch.events.length
    if (outcome.kind === 'committed') {
      committed = outcome.record
      link.countOutstanding(committed)
      return outcome
    }
    giveUp(outcome.kind === 'stale' ? outcome.conn : undefined)
    return { kind: 'unavailable' }
  }

  /** @param epoch of the connection that went on with the session elsewhere */
  function giveUp(epoch?: number): void {
    if (line.failed) return
    line.failed = true
    onFailed()
    link.fail(epoch)
  }
}

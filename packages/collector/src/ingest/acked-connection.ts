/** Serves one WebSocket that speaks `downlink.v1`: hello, batches, acks. */
import {
  closeCodes,
  decodeClientFrame,
  features,
  type ReceivedBatch,
  type ReceivedHello,
  type Rejection,
  type WelcomeFrame,
} from '@downlink/protocol'
import type { Grant, Keys } from '../access/keys.ts'
import { type SessionRecord, totalsOf } from '../commit/session-record.ts'
import type { CollectorLimits } from '../options.ts'
import type { CommitResult, Session } from '../session/session.ts'
import type { Link } from '../session/session-link.ts'
import { metadataOf } from '../session/session-metadata.ts'
import { forgottenReason, type Sessions } from '../session/sessions.ts'
import type { Hold } from './pending-work.ts'
import type { SocketRateLimiter } from './rate-limiter.ts'
import { type Connection, recheckGrant, refuseFrame, refuseUnavailable, refuseWork, type Socket } from './socket.ts'

export interface AckedConnectionOptions {
  readonly socket: Socket
  readonly sessions: Sessions
  readonly keys: Keys
  readonly limits: CollectorLimits
  readonly rateLimiter: SocketRateLimiter
  readonly hold: Hold
  readonly wallMs: () => number
}

type State =
  | { readonly status: 'handshaking' }
  /** Hello is there, welcome is not yet. */
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly session: Session }

export function createAckedConnection(options: AckedConnectionOptions): Connection {
  const { socket, sessions, keys, limits, rateLimiter, wallMs } = options
  let state: State = { status: 'handshaking' }
  let grant: Grant | undefined
  let leave = (): void => {}
  const answer = createAcks(options)

  return {
    get isHandshaking() {
      return state.status === 'handshaking'
    },

    receive(text, utf8) {
      const decoded = decodeClientFrame(text, limits.maxElements, utf8)
      if (!decoded.ok) return refuseFrame(socket, decoded.error)
      const frame = decoded.value
      // Each frame counts, so that empty ones are no way around the limit.
      if (!rateLimiter.allows(frame.t === 'batch' ? 1 + frame.events.length : 1)) return
      if (frame.t === 'ping') return socket.send({ t: 'beat' })
      if (frame.t === 'hello') {
        if (state.status !== 'handshaking') return socket.close(closeCodes.badFrame, 'Expected one hello, got another')
        return void open(frame)
      }
      if (state.status !== 'open') return socket.close(closeCodes.badFrame, 'Expected no batch before the welcome')
      take(options, state.session, frame, text.length, answer)
    },

    closed: () => leave(),

    sendHeartbeat() {
      if (state.status === 'open') socket.send({ t: 'beat' })
    },

    recheckKey: () => recheckGrant(socket, grant),
  }

  async function open(hello: ReceivedHello): Promise<void> {
    const { key, conn, leftOut } = hello
    state = { status: 'opening' }
    const authorisation = await keys.authorise(key)
    if (!authorisation.ok) return socket.close(closeCodes.unauthorised, authorisation.message)
    grant = authorisation.grant
    // A key may have been removed in between.
    recheckGrant(socket, grant)
    if (!socket.open) return
    const opening = await sessions.open(hello)
    if (!socket.open) return
    if (opening.kind === 'forbidden') return socket.close(closeCodes.forbidden, 'Expected the proof of this session')
    if (opening.kind === 'forgotten') return socket.close(closeCodes.forbidden, forgottenReason)
    if (opening.kind === 'unavailable') return refuseUnavailable(socket)
    const { session } = opening
    const link = linkOf(socket, conn)
    if (!session.attach(link)) return link.replaced()
    leave = () => session.detach(link)
    const result = await session.handshake(metadataOf(hello, wallMs()), hello, wallMs())
    if (result.kind === 'unavailable') return refuseUnavailable(socket)
    state = { status: 'open', session }
    const { record } = result
    socket.send(welcomeOf(record, options, leftOut))
  }
}

function take(
  { socket, limits, hold, wallMs }: AckedConnectionOptions,
  session: Session,
  batch: ReceivedBatch,
  bytes: number,
  answer: Answer,
): void {
  // A client that goes past twice its window does not read acks.
  if (session.pendingEvents + batch.events.length > 2 * limits.windowEvents) {
    socket.close(closeCodes.tooFast, `Expected at most ${limits.windowEvents} unacknowledged events`)
    return
  }
  const release = hold(bytes)
  if (!release) {
    refuseWork(socket)
    return
  }
  const taken = session.take(batch, wallMs())
  if (taken.ok) {
    void taken.result.then((result) => {
      release()
      answer(result, taken.leftOut)
    })
  } else {
    release()
    socket.close(closeCodes.badFrame, `Expected a batch from ${taken.accepted + 1}, got ${batch.seq}`)
  }
}

const linkOf = (socket: Socket, epoch: number): Link => ({
  epoch,
  replaced: () => socket.close(closeCodes.replaced, 'A newer connection of this session took over'),
  failed: () => refuseUnavailable(socket),
})

function welcomeOf(
  record: SessionRecord,
  { limits, wallMs }: AckedConnectionOptions,
  leftOut: readonly string[] | undefined,
): WelcomeFrame {
  return {
    t: 'welcome',
    ack: record.committedSeq,
    window: limits.windowEvents,
    maxBatchBytes: limits.maxFrameBytes,
    beatMs: limits.heartbeatMs,
    now: wallMs(),
    totals: totalsOf(record),
    features,
    ...(leftOut && { leftOut }),
  }
}

/** @param leftOut what of the batch was not taken */
type Answer = (result: CommitResult, leftOut: readonly string[] | undefined) => void

/** Answers what was taken: one ack answers all batches of a commit. */
function createAcks({ socket, limits }: AckedConnectionOptions): Answer {
  let due: { record: SessionRecord; rejected: Rejection[]; leftOut?: readonly string[] | undefined } | undefined
  return (result, leftOut) => {
    // Where it failed, the session has closed the socket.
    if (result.kind === 'unavailable') return
    if (!due) {
      due = { record: result.record, rejected: [] }
      setImmediate(ack)
    }
    due.record = result.record
    // Mostly all batches leave out the same, so one says it.
    due.leftOut ??= leftOut
    for (const { seq, code, message } of result.rejected) {
      if (due.rejected.length < limits.maxRejectionsPerAnswer) due.rejected.push({ seq, code, message })
    }
  }

  function ack(): void {
    if (!due) return
    const { record, rejected, leftOut } = due
    due = undefined
    const frame = { t: 'ack', seq: record.committedSeq, totals: totalsOf(record) } as const
    socket.send({ ...frame, ...(rejected.length > 0 && { rejected }), ...(leftOut && { leftOut }) })
  }
}

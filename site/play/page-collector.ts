/**
 * Plays the collector's part of `downlink.v1` inside a page: reads and judges with the protocol's own functions, hands on
 * what it took, and acknowledges it. It stores nothing, and its promise ends with the page.
 */
import {
  type AckFrame,
  checkEvent,
  createLeftOut,
  decodeClientFrame,
  decodePost,
  features,
  isDrop,
  protocolDefaults,
  type ReceivedBatch,
  type ReceivedHello,
  type Rejection,
  readContext,
  readLabels,
  type ServerFrame,
  spanOf,
} from '@downlink/protocol'
import type { ArrivedBatch, ArrivedEvent } from './messages.ts'

export interface PageConnection {
  /** @returns what is answered; nothing where the frame can't be read */
  read(text: string): ServerFrame | undefined
}

export interface PageCollector {
  connect(): PageConnection
  /** @returns the answer's text; nothing where the body can't be read */
  post(body: string): string | undefined
}

interface Session {
  acked: number
  readonly dropped: Record<string, number>
  readonly rejected: Record<string, number>
}

/**
 * @param onBatch is called before a batch is acknowledged
 * @param nowMs since 1970
 */
export function createPageCollector(onBatch: (batch: ArrivedBatch) => void, nowMs: () => number): PageCollector {
  const sessions = new Map<string, Session>()

  function open({ session: id }: ReceivedHello): Session {
    const session = sessions.get(id) ?? { acked: 0, dropped: {}, rejected: {} }
    sessions.set(id, session)
    return session
  }

  function take(sessionId: string, batch: ReceivedBatch, bytes: number): AckFrame {
    const session = sessions.get(sessionId) ?? { acked: 0, dropped: {}, rejected: {} }
    const { events, rejected } = judge(batch, session)
    onBatch({ sessionId, events, dropped: { ...session.dropped }, bytes })
    return { t: 'ack', seq: session.acked, totals: session, rejected }
  }

  return {
    connect() {
      let sessionId: string | undefined
      return {
        read(text) {
          const read = decodeClientFrame(text)
          if (!read.ok) return undefined
          const frame = read.value
          if (frame.t === 'ping') return { t: 'beat' }
          if (frame.t === 'batch') return sessionId === undefined ? undefined : take(sessionId, frame, text.length)
          sessionId = frame.session
          return welcome(open(frame), nowMs())
        },
      }
    },
    post(body) {
      const read = decodePost(JSON.parse(body), body)
      if (!read.ok) return undefined
      open(read.value)
      const ack = take(read.value.session, read.value, body.length)
      return JSON.stringify({ ...ack, ack: ack.seq, features })
    },
  }
}

const welcome = (session: Session, now: number): ServerFrame => ({
  t: 'welcome',
  ack: session.acked,
  window: protocolDefaults.windowEvents,
  maxBatchBytes: protocolDefaults.maxFrameBytes,
  beatMs: protocolDefaults.heartbeatMs,
  now,
  totals: session,
  features,
})

/** Moves the session to the batch's end. What came before is a repeat, of which its context and labels alone count. */
function judge({ seq: first, events: elements }: ReceivedBatch, session: Session) {
  const events: ArrivedEvent[] = []
  const rejected: Rejection[] = []
  const leftOut = createLeftOut()
  let seq = first - 1
  let said: Pick<ArrivedEvent, 'context' | 'labels'> = {}
  for (const element of elements) {
    const { value, context, labels } = element
    seq += spanOf(value)
    if (context) said = { ...said, context: JSON.parse(readContext(context, leftOut) ?? '{}') }
    if (labels) said = { ...said, labels: readLabels(labels, leftOut) }
    if (seq <= session.acked) continue
    session.acked = seq
    if (isDrop(value)) {
      for (const [reason, count = 0] of Object.entries(value.drop)) add(session.dropped, reason, count)
      continue
    }
    const checked = checkEvent(element)
    if (checked.ok) {
      const { type, timestamp, json } = checked.value
      events.push({ seq, type, timestamp, data: JSON.parse(json), ...said })
    } else {
      rejected.push({ seq, ...checked.error })
      add(session.rejected, checked.error.code, 1)
    }
  }
  return { events, rejected }
}

function add(counts: Record<string, number>, name: string, by: number): void {
  counts[name] = (counts[name] ?? 0) + by
}

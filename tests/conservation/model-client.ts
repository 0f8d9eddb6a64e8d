/** Models a client: it pushes, drops, sends, ends, hears acks, loses its link and comes back, in any order. */
import { cutElement, type ReceivedElement } from '@downlink/protocol'
import type { Chance } from '../../packages/cli/src/verify/random.ts'
import type { AcceptedEvent } from '../../packages/collector/src/commit/encoded-events.ts'
import type { EarlierLabels } from '../../packages/collector/src/commit/session-batch.ts'
import { newRecord, type SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import type { CommitResult, Session } from '../../packages/collector/src/session/session.ts'
import type { Link } from '../../packages/collector/src/session/session-link.ts'
import { hashOf } from '../../packages/collector/src/session/session-metadata.ts'
import type { Sessions } from '../../packages/collector/src/session/sessions.ts'
import { expectThat } from './violation.ts'

export interface ModelClient {
  readonly id: string
  readonly acked: number
  /** All that it pushed is acknowledged, and its end, if it has one. */
  readonly isDone: boolean
  /** What a player does: pushes, ends, or leaves the page. */
  play(): void
  /** One thing that its link does. */
  communicate(): void
  hangUp(): void
  /** The collector has gone. */
  loseLink(): void
  /** Somebody who has its session's id, and not the proof, sends an event. */
  impersonate(): void
  /** What it pushed so far may be lost from now on, if it is counted. */
  endanger(): void
  /** @throws {Violation} where the database tells another story */
  check(row: SessionRecord | undefined, events: readonly AcceptedEvent[], earlier?: readonly EarlierLabels[]): void
}

export interface ModelClientOptions {
  readonly id: string
  readonly chance: Chance
  /** Undefined while there is no collector. */
  readonly sessions: () => Sessions | undefined
  readonly nowMs: () => number
  readonly remember: (error: unknown) => void
}

interface Connection {
  readonly acks: number[]
  session: Session | undefined
  isWelcome: boolean
  /** The next sequence to send. */
  cursor: number
  endSent: boolean
  /** Batches without an ack. */
  owed: number
  /** How often it heard nothing. */
  silence: number
  leave(): void
}

/** Events of another type come from somebody else. */
export const eventType = 'own'

const received = (value: unknown) => cutElement(JSON.stringify(value), value)
const anEvent = { type: eventType, timestamp: 1 }
const forged = received({ type: 'forged', timestamp: 1 })
const notAnEvent = { type: 1 }
const aDrop = received({ drop: { overflow: 1 } })

const isRejected = (seq: number): boolean => seq % 7 === 0

/** What an event happens in, and what its player is called then: each holds for some events, and so does none. */
const contextOf = (seq: number) => (seq % 12 < 4 ? {} : { level: Math.floor(seq / 4) })
const labelsOf = (seq: number) => (seq % 15 < 5 ? {} : { player: `p${Math.floor(seq / 5) % 2}` })
const ownLabels = { device: 'd' }

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const maxPushed = 40

export function createModelClient({ id, chance, sessions, nowMs, remember }: ModelClientOptions): ModelClient {
  const proof = `the proof of ${id}`
  const dropped = new Set<number>()
  let pushed = 0
  let acked = 0
  let hasEnded = false
  /** The highest sequence ever sent: an event above it may still be dropped. */
  let sent = 0
  let endangered = 0
  let connection: Connection | undefined
  let conns = 0

  return {
    id,
    get acked() {
      return acked
    },
    get isDone() {
      if (!connection?.isWelcome || acked < pushed) return false
      return connection.acks.length + connection.owed === 0 && (connection.endSent || !hasEnded)
    },

    play() {
      const dice = chance(92)
      if (dice < 60 && pushed < maxPushed) {
        pushed++
        hasEnded = false
        if (connection) connection.endSent = false
      } else if (dice < 70 && pushed > sent) dropped.add(sent + 1 + chance(pushed - sent))
      else if (dice < 76) hasEnded = pushed > 0
      else if (dice < 84) hangUp()
      else sendBeacon()
    },

    communicate() {
      if (!connection) return connect()
      const ack = connection.acks.shift()
      if (ack !== undefined) {
        connection.isWelcome = true
        connection.silence = 0
        hear(ack)
      } else if (
        connection.isWelcome &&
        connection.session &&
        (connection.cursor <= pushed || (hasEnded && !connection.endSent))
      ) {
        sendBatch(connection, connection.session)
      } else if ((acked < pushed || !connection.isWelcome) && ++connection.silence > 60) hangUp()
    },

    hangUp,
    loseLink() {
      connection = undefined
    },
    impersonate() {
      if (acked > 0) void post('another', 1, { seq: 1, pushed: 1, events: [forged] }).catch(remember)
    },
    endanger() {
      endangered = pushed
    },

    check(row = newRecord(id, 0), events, earlier = []) {
      const stored = events.map(({ seq }) => seq)
      const words = (what: string) => (): string =>
        `${what}: ${JSON.stringify({ row, stored, earlier, acked, pushed, hasEnded, dropped: [...dropped] })}`
      for (const { seq, context } of events) {
        expectThat(isEqual(JSON.parse(context ?? '{}'), contextOf(seq)), words(`${seq} in another context, ${context}`))
        const spans = [...earlier, { from: row.labelsFrom ?? 1, until: Number.POSITIVE_INFINITY, labels: row.labels }]
        const labels = spans.filter(({ from, until }) => from <= seq && seq < until).map((span) => span.labels)
        const isAsSaid = isEqual(labels, [{ ...ownLabels, ...labelsOf(seq) }])
        // Damage may take the entry in which they changed.
        expectThat(isAsSaid || seq <= endangered, words(`${seq} with other labels`))
      }
      const isInOrder = stored.every((seq, at) => seq > (stored[at - 1] ?? 0))
      expectThat(isInOrder, words('twice, or out of order'))
      const counted = [...Object.values(row.rejected), ...Object.values(row.dropped)].reduce((sum, n) => sum + n, 0)
      expectThat(row.stored === stored.length, words('not as many as are counted'))
      expectThat(row.stored + counted + row.missing === row.committedSeq, words('does not add up'))
      const isInvented = row.committedSeq > pushed || stored.some((seq) => seq > pushed || isRejected(seq))
      expectThat(!isInvented, words('never pushed'))
      expectThat(row.pushed === pushed && row.ended === hasEnded, words('another end'))
      expectThat(pushed === 0 || row.proofHash === hashOf(proof), words('another proof'))
      expectThat(row.committedSeq >= acked, words('acknowledged, and gone'))
      if (endangered === 0) expectThat(row.missing === 0, words('missing, though nothing was damaged'))
      for (let seq = endangered + 1; seq <= acked; seq++) {
        const isThere = stored.includes(seq) || isRejected(seq) || dropped.has(seq)
        expectThat(isThere, words(`acknowledged, and ${seq} is gone`))
      }
    },
  }

  function connect(): void {
    const present = sessions()
    if (!present) return
    const next = acked + 1
    const own: Connection = {
      ...{ acks: [], session: undefined, isWelcome: false, cursor: next, endSent: false, owed: 0, silence: 0 },
      leave() {},
    }
    connection = own
    void shakeHands(present, own, next).catch(remember)
  }

  async function shakeHands(present: Sessions, own: Connection, next: number): Promise<void> {
    const close = (): void => {
      if (connection === own) connection = undefined
    }
    const opening = await present.open({ session: id, proof, next })
    if (connection !== own) return
    expectThat(opening.kind !== 'forbidden', () => `${id} is refused its own session`)
    if (opening.kind !== 'opened') return close()
    const { session } = opening
    const link: Link = { epoch: ++conns, replaced: close, failed: close }
    if (!session.attach(link)) return close()
    own.leave = () => session.detach(link)
    const result = await session.handshake(metadataOf(proof), { conn: link.epoch, next, pushed }, nowMs())
    if (connection !== own) return own.leave()
    if (result.kind === 'unavailable') return close()
    own.session = session
    own.acks.push(result.record.committedSeq)
  }

  function hangUp(): void {
    connection?.leave()
    connection = undefined
  }

  function sendBatch(own: Connection, session: Session): void {
    const batch = batchFrom(own.cursor, 5)
    own.endSent ||= batch.end
    own.cursor = batch.seq + batch.events.length
    const taken = session.take(batch, nowMs())
    if (!taken.ok) {
      hangUp()
      return
    }
    own.owed++
    void taken.result.then((result) => {
      own.owed--
      if (connection === own && result.kind === 'committed') own.acks.push(result.record.committedSeq)
    })
  }

  /** Its answer may be lost. */
  function sendBeacon(): void {
    if (acked >= pushed) return
    void post(proof, acked + 1, batchFrom(acked + 1, 6))
      .then((result) => {
        if (result?.kind === 'committed' && chance(100) < 80) hear(result.record.committedSeq)
      })
      .catch(remember)
  }

  async function post(
    shown: string,
    next: number,
    batch: Parameters<Session['take']>[0],
  ): Promise<CommitResult | undefined> {
    const opening = await sessions()?.open({ session: id, proof: shown, next })
    if (opening?.kind !== 'opened') return undefined
    void opening.session.handshake(metadataOf(shown), { conn: conns, next, pushed: batch.pushed }, nowMs())
    const taken = opening.session.take(batch, nowMs())
    return taken.ok ? taken.result : undefined
  }

  function batchFrom(seq: number, most: number) {
    const to = Math.min(pushed, seq + chance(most))
    let said: object = {}
    let saidLabels: object = {}
    const elementOf = (at: number): ReceivedElement => {
      if (dropped.has(at)) return aDrop
      const [context, labels] = [contextOf(at), labelsOf(at)]
      const element = {
        ...(isRejected(at) ? notAnEvent : anEvent),
        ...(!isEqual(context, said) && { context }),
        ...(!isEqual(labels, saidLabels) && { labels }),
      }
      ;[said, saidLabels] = [context, labels]
      return received(element)
    }
    const events = Array.from({ length: Math.max(0, to - seq + 1) }, (_, at) => elementOf(seq + at))
    sent = Math.max(sent, to)
    return { seq, pushed, events, end: hasEnded && to === pushed }
  }

  function hear(ack: number): void {
    expectThat(ack <= pushed, () => `${id} hears ${ack}, and has pushed ${pushed}`)
    if (ack <= acked) return
    acked = ack
    sent = Math.max(sent, ack)
    if (connection) connection.cursor = Math.max(connection.cursor, ack + 1)
  }
}

const metadataOf = (proof: string) => ({
  delivery: 'acked' as const,
  proofHash: hashOf(proof),
  clockOffsetMs: undefined,
  build: undefined,
  labels: ownLabels,
  schema: undefined,
})

/** Loads a server of `../ingest.ts`: sessions send frames encoded beforehand. A process of its own, told by message. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { bulletHits } from './events.ts'

export interface LoadOrder {
  readonly url: string
  /** Without it, until it is told to end. */
  readonly seconds?: number
  readonly sessions: number
  readonly batchSize: number
  /** Of each session. */
  readonly windowEvents: number
  /** In all; without it, as fast as the window allows. */
  readonly eventsPerSecond?: number
}

export interface LoadReport {
  /** Between `begun` and `ended`. */
  readonly ackedEvents: number
  /** Of each batch that was sent in this time. */
  readonly acks: readonly Ack[]
  /** Sent and never acknowledged: the server closed the socket, or answers no more. */
  readonly refusedEvents: number
}

export interface Ack {
  /** Milliseconds since 1970. */
  readonly sentAtMs: number
  readonly afterMs: number
}

export type LoadMessage =
  | { readonly kind: 'begun' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'report'; readonly report: LoadReport }

const warmUpMs = 1000
/** What is not acknowledged so long after the end never is. */
const patienceMs = 10_000
/** Sockets of one address that have not said hello are bounded. */
const handshakesAtOnce = 100

process.once('message', (order) => void run(order as LoadOrder, once(process, 'message')))

async function run(order: LoadOrder, toldToEnd: Promise<unknown>): Promise<void> {
  const { seconds, sessions: count, batchSize, eventsPerSecond } = order
  const eventsText = JSON.stringify(bulletHits(batchSize))
  const pauseMs = eventsPerSecond === undefined ? undefined : (1000 * count * batchSize) / eventsPerSecond
  const acks: Ack[] = []
  let phase: 'warming' | 'measuring' | 'ending' = 'warming'
  let ackedEvents = 0

  const sessions: Session[] = []
  while (sessions.length < count) {
    const next = Array.from({ length: Math.min(handshakesAtOnce, count - sessions.length) }, open)
    sessions.push(...(await Promise.all(next)))
  }
  const over = sessions.map(({ send }) => send())
  await sleep(warmUpMs)
  phase = 'measuring'
  tell({ kind: 'begun' })
  await (seconds === undefined ? toldToEnd : sleep(seconds * 1000))
  phase = 'ending'
  tell({ kind: 'ended' })
  for (const { end } of sessions) end()
  await Promise.race([Promise.all(over), sleep(patienceMs)])
  const refusedEvents = sessions.reduce((sum, { unackedEvents }) => sum + unackedEvents, 0)
  tell({ kind: 'report', report: { ackedEvents, acks, refusedEvents } })

  interface Session {
    /** Resolves once all is acknowledged after `end`, or the server closed. */
    send(): Promise<void>
    end(): void
    readonly unackedEvents: number
  }

  function open(): Promise<Session> {
    const socket = new WebSocket(order.url, 'downlink.v1', { perMessageDeflate: false })
    const unacked: { readonly upTo: number; readonly sentAt: number; readonly isMeasured: boolean }[] = []
    let next = 1
    let ack = 0
    let timer: NodeJS.Timeout | undefined
    let finish = (): void => {}

    const fits = () => next - 1 - ack + batchSize <= order.windowEvents

    function sendBatch(): void {
      const upTo = next + batchSize - 1
      socket.send(`{"t":"batch","seq":${next},"pushed":${upTo},"events":${eventsText}}`)
      unacked.push({ upTo, sentAt: performance.now(), isMeasured: phase === 'measuring' })
      next = upTo + 1
    }

    function fill(): void {
      while (phase !== 'ending' && fits()) sendBatch()
    }

    function take(seq: number): void {
      if (phase === 'measuring') ackedEvents += seq - ack
      ack = seq
      const now = performance.now()
      while (unacked[0] && unacked[0].upTo <= ack) {
        const batch = unacked.shift()
        if (batch?.isMeasured)
          acks.push({ sentAtMs: performance.timeOrigin + batch.sentAt, afterMs: now - batch.sentAt })
      }
      if (pauseMs === undefined) fill()
      endIfDone()
    }

    function endIfDone(): void {
      if (phase === 'ending' && ack === next - 1) finish()
    }

    const session: Session = {
      send() {
        if (pauseMs === undefined) fill()
        else {
          const tick = () => {
            if (fits()) sendBatch()
          }
          // Sessions start apart, as players do.
          timer = setTimeout(() => {
            tick()
            timer = setInterval(tick, pauseMs)
          }, Math.random() * pauseMs)
        }
        return new Promise((resolve) => {
          finish = () => {
            clearInterval(timer)
            socket.close()
            resolve()
          }
          socket.once('close', () => {
            clearInterval(timer)
            resolve()
          })
        })
      },
      end() {
        clearInterval(timer)
        endIfDone()
      },
      get unackedEvents() {
        return next - 1 - ack
      },
    }

    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        const proof = randomBytes(16).toString('hex')
        const hello = { t: 'hello', session: randomUUID(), proof, conn: 1, next: 1, pushed: 0, now: Date.now() }
        socket.send(JSON.stringify(hello))
      })
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data))
        if (frame.t === 'welcome') resolve(session)
        if (frame.t === 'ack') take(frame.seq)
      })
      socket.once('error', reject)
      socket.once('close', (code) => reject(new Error(`The server closed with ${code}`)))
    })
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function tell(message: LoadMessage): void {
  process.send?.(message)
}

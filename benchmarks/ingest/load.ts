/** Loads a server of `../ingest.ts`: sessions send frames encoded beforehand. A process of its own, told by message. */
import { once } from 'node:events'
import { bulletHits } from './events.ts'
import { type Ack, type Load, type LoadSession, openSession } from './load-session.ts'

export interface LoadOrder {
  /** Of servers, in turns. */
  readonly urls: readonly string[]
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

export type LoadMessage =
  | { readonly kind: 'begun' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'report'; readonly report: LoadReport }

const warmUpMs = 1000
/** What is not acknowledged so long after the end never is. */
const ackTimeoutMs = 10_000
/** Sockets of one address that have not said hello are bounded. */
const handshakesAtOnce = 100

process.once('message', (order) => void run(order as LoadOrder, once(process, 'message')))

async function run(order: LoadOrder, toldToEnd: Promise<unknown>): Promise<void> {
  const { urls, seconds, sessions: count, batchSize, eventsPerSecond } = order
  const load: Load = {
    ...order,
    eventsText: JSON.stringify(bulletHits(batchSize)),
    pauseMs: eventsPerSecond === undefined ? undefined : (1000 * count * batchSize) / eventsPerSecond,
    status: 'warming',
    ackedEvents: 0,
    acks: [],
  }
  const sessions: LoadSession[] = []
  while (sessions.length < count) {
    const opened = sessions.length
    const next = Array.from({ length: Math.min(handshakesAtOnce, count - opened) }, (_, at) =>
      openSession(load, urls[(opened + at) % urls.length] as string),
    )
    sessions.push(...(await Promise.all(next)))
  }
  const over = sessions.map(({ send }) => send())
  await sleep(warmUpMs)
  load.status = 'measuring'
  tell({ kind: 'begun' })
  await (seconds === undefined ? toldToEnd : sleep(seconds * 1000))
  load.status = 'ending'
  tell({ kind: 'ended' })
  for (const { end } of sessions) end()
  await Promise.race([Promise.all(over), sleep(ackTimeoutMs)])
  const refusedEvents = sessions.reduce((sum, { unackedEvents }) => sum + unackedEvents, 0)
  const { ackedEvents, acks } = load
  tell({ kind: 'report', report: { ackedEvents, acks, refusedEvents } })
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function tell(message: LoadMessage): void {
  process.send?.(message)
}

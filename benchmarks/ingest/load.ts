/** The load of `../ingest.ts`: sessions that send as fast as their window allows. Started by it, told by message. */
import { randomBytes, randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

export interface LoadOrder {
  readonly url: string
  readonly seconds: number
  readonly sessions: number
  readonly batchSize: number
  readonly windowEvents: number
  /** In all; without it, as fast as the window allows. */
  readonly eventsPerSecond?: number
}

export interface LoadReport {
  readonly eventsPerSecond: number
  readonly ackP50Ms: number
  readonly ackP99Ms: number
}

const warmUpMs = 1000

process.once('message', (order) => void run(order as LoadOrder))

async function run(order: LoadOrder): Promise<void> {
  const eventsText = encodeEvents(order.batchSize)
  const startedAt = performance.now() + warmUpMs
  const endsAt = startedAt + order.seconds * 1000
  const pauseMs = order.eventsPerSecond ? (1000 * order.sessions * order.batchSize) / order.eventsPerSecond : 0
  const latencies: number[] = []
  let acked = 0

  await Promise.all(Array.from({ length: order.sessions }, () => session()))
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  process.send?.({
    eventsPerSecond: acked / order.seconds,
    ackP50Ms: quantile(0.5),
    ackP99Ms: quantile(0.99),
  } satisfies LoadReport)

  function session(): Promise<void> {
    const socket = new WebSocket(order.url, 'downlink.v1', { perMessageDeflate: false })
    const unacked: { readonly upTo: number; readonly sentAt: number }[] = []
    let next = 1
    let ack = 0
    let timer: NodeJS.Timeout | undefined

    function send(): void {
      const upTo = next + order.batchSize - 1
      socket.send(`{"t":"batch","seq":${next},"pushed":${upTo},"events":${eventsText}}`)
      unacked.push({ upTo, sentAt: performance.now() })
      next = upTo + 1
    }

    function fill(): void {
      if (pauseMs > 0) timer ??= setInterval(send, pauseMs)
      else while (next - 1 - ack + order.batchSize <= order.windowEvents) send()
    }

    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        const proof = randomBytes(16).toString('hex')
        const hello = { t: 'hello', session: randomUUID(), proof, conn: 1, next: 1, pushed: 0, now: Date.now() }
        socket.send(JSON.stringify(hello))
      })
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data))
        const now = performance.now()
        if (frame.t === 'ack') {
          if (now >= startedAt && now < endsAt) acked += frame.seq - ack
          ack = frame.seq
          while (unacked[0] && unacked[0].upTo <= ack) {
            const batch = unacked.shift()
            if (batch && batch.sentAt >= startedAt) latencies.push(now - batch.sentAt)
          }
        }
        if (now < endsAt) fill()
        else clearInterval(timer)
        if (now >= endsAt && next - 1 === ack) resolve(socket.close())
      })
      socket.once('error', reject)
      socket.once('close', (code) => reject(new Error(`The server closed with ${code}`)))
    })
  }
}

function encodeEvents(count: number): string {
  const events = Array.from({ length: count }, (_, i) => ({
    type: 'bullet_hit',
    timestamp: 1_767_225_600_000 + i,
    data: {
      bulletId: `b${1000 + i}`,
      shipId: `red-${i % 25}`,
      ownerId: `blue-${i % 25}`,
      damage: 10,
      health: 20,
      x: 123.456 + i,
      y: 78.9 + i,
    },
  }))
  return JSON.stringify(events)
}

/** Sends about ten thousand events a second to a collector that may be gone at any moment, and comes back to it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { aHello, openClient } from '../../packages/collector/test/harness.ts'

export interface Senders {
  /** Of each session how far it was acknowledged. */
  readonly acked: ReadonlyMap<string, number>
  /** Where they send, from now on. */
  sendTo(telemetry: string): void
  /** Resolves once nothing more is on its way. */
  stop(): Promise<void>
}

const senderCount = 10
const batchEvents = 50
/** From one batch of a sender to its next. */
const batchMs = (1000 * senderCount * batchEvents) / 10_000
const retryMs = 100

const events = Array.from({ length: batchEvents }, (_, at) => ({ type: 'tick', timestamp: at, data: { at } }))

export function startSenders(telemetry: string): Senders {
  const acked = new Map<string, number>()
  let [url, isStopped] = [telemetry, false]
  const over = Promise.all(Array.from({ length: senderCount }, send))
  return {
    acked,
    sendTo(next) {
      url = next
    },
    async stop() {
      isStopped = true
      await over
    },
  }

  async function send(): Promise<void> {
    const hello = aHello()
    for (let conn = 1; !isStopped; conn++) {
      // The collector is gone, or going: it is tried again.
      await sendOver(hello, conn).catch(() => sleep(retryMs))
    }
  }

  /** Until the socket closes. */
  async function sendOver(hello: ReturnType<typeof aHello>, conn: number): Promise<void> {
    const from = acked.get(hello.session) ?? 0
    const client = await openClient({ telemetry: url }, { ...hello, conn, next: from + 1, pushed: from })
    try {
      const welcome = await client.hello()
      if (welcome.t !== 'welcome') throw new Error(`Expected a welcome, got ${welcome.t}`)
      acked.set(hello.session, welcome.ack)
      for (let nextMs = performance.now(); !isStopped; nextMs += batchMs) {
        await sleep(Math.max(0, nextMs - performance.now()))
        const answer = await client.batch((acked.get(hello.session) ?? 0) + 1, events)
        if (answer.t === 'ack') acked.set(hello.session, answer.seq)
      }
    } finally {
      client.ws.terminate()
    }
  }
}

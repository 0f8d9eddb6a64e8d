/** Plays one session over the wire, a batch at a time, and knows what became of each. */
import { randomBytes } from 'node:crypto'
import type { Listening } from '@downlink/collector'
import { aHello, openClient } from '../../packages/collector/test/harness.ts'

/** So many events, then one that is rejected, and two that were dropped. */
export interface PlayedBatch {
  /** Of its first event. */
  readonly seq: number
  readonly events: number
  readonly receivedAtMs: number
  /** Of its events; what is lost is lost with the others. */
  fate: 'stored' | 'expired' | 'forgotten' | 'lost'
  isDumped: boolean
}

export const rejectedInBatch = 1
export const droppedInBatch = 2

export const sequencesOf = ({ events }: PlayedBatch): number => events + rejectedInBatch + droppedInBatch

export interface Player {
  readonly session: string
  readonly batches: readonly PlayedBatch[]
  isForgotten: boolean
  play(listening: Pick<Listening, 'telemetry'>, events: number): Promise<void>
}

/** No codec makes them smaller. */
export const payloadBytes = 1000

export function createPlayer(name: string): Player {
  const hello = aHello({ meta: { build: '1', labels: { player: name } } })
  const batches: PlayedBatch[] = []
  let acked = 0
  return {
    session: hello.session,
    batches,
    isForgotten: false,
    async play(listening, events) {
      const batch: PlayedBatch = { seq: acked + 1, events, receivedAtMs: Date.now(), fate: 'stored', isDumped: false }
      const upTo = acked + sequencesOf(batch)
      const client = await openClient(listening, { ...hello, conn: batches.length + 1, next: acked + 1, pushed: acked })
      expectAck(await client.hello(), acked)
      const valid = Array.from({ length: events }, () => ({
        type: 'moved',
        timestamp: batch.receivedAtMs,
        data: randomBytes(payloadBytes / 2).toString('hex'),
      }))
      expectAck(
        await client.batch(batch.seq, [...valid, { type: 7 }, { drop: { overflow: droppedInBatch } }], upTo),
        upTo,
      )
      client.ws.terminate()
      acked = upTo
      batches.push(batch)
    },
  }
}

function expectAck(answer: object, seq: number): void {
  const { ack, seq: acked = ack } = answer as { readonly ack?: number; readonly seq?: number }
  if (acked !== seq) throw new Error(`Expected an ack of ${seq}, got ${JSON.stringify(answer)}`)
}

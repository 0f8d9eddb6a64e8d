import type { JsMsg } from '@nats-io/jetstream'
import { expect, it } from 'vitest'
import type { JetStream } from './connect.ts'
import { createPartitionReader, type StreamGroup } from './partition-reader.ts'

/** A stream with one message, whose acknowledgement comes to this. */
function aReader(ackAck: () => Promise<boolean>) {
  const message = { seq: 1, subject: 's', data: new Uint8Array(), info: { deliverySequence: 1, pending: 0 }, ackAck }
  const consumer = {
    async consume({ callback }: { callback: (message: JsMsg) => void }) {
      callback(message as unknown as JsMsg)
      return {
        stop() {},
        status: async function* () {
          await new Promise(() => {})
        },
      }
    },
  }
  const jetStream = {
    client: { consumers: { get: async () => consumer } },
    manager: {
      streams: { info: async () => ({ created: new Date(0).toISOString(), state: { last_seq: 1 } }) },
      consumers: { add: async () => {}, delete: async () => {} },
    },
  } as unknown as JetStream
  return createPartitionReader(jetStream, (run) => {
    setImmediate(run)
    return () => {}
  })
}

it('ends where an acknowledgement gets lost, so that whoever reads on begins behind what is stored', async () => {
  const groups = aReader(() => Promise.reject(new Error('timeout'))).read('partition-07', 0)
  const { value } = await groups.next()
  ;(value as StreamGroup).ack()
  await expect(groups.next()).rejects.toMatchObject({
    code: 'log_unavailable',
    message: 'Message 1 is not acknowledged: timeout',
  })
})

import { expect, it } from 'vitest'
import type { JetStream } from './connect.ts'
import { createSinkLag } from './sink-lag.ts'
import { partitionNames, subjectsOf } from './subjects.ts'

/** Sinks have acknowledged all up to sequence 5, unless told otherwise, and their servers know of no more. */
function aLag(
  messages: readonly { readonly seq: number; readonly partition: string }[],
  consumer: object = { ack_floor: { stream_seq: 5 }, config: {} },
) {
  const consumers = partitionNames.map((name) => ({ name, num_pending: 0, num_ack_pending: 0, ...consumer }))
  const manager = {
    consumers: { list: () => consumers },
    streams: {
      async getMessage(_: string, asked: { readonly seq: number; readonly next_by_subj: string }) {
        const next = messages.find(
          ({ seq, partition }) => seq >= asked.seq && subjectsOf(partition) === asked.next_by_subj,
        )
        return next ? { seq: next.seq, time: new Date(next.seq) } : null
      },
    },
  }
  return createSinkLag({
    jetStream: { manager: manager as unknown as JetStream['manager'] },
    readPlace: async () => 0,
    setTimer: () => () => {},
    now: () => 0,
  })
}

it('knows what the log has that the server of a sink has not, and waits for nothing behind the sequence', async () => {
  const lag = aLag([
    { seq: 7, partition: 'partition-07' },
    { seq: 9, partition: 'partition-08' },
  ])
  expect(await lag.behindSince(9, 0)).toBe(7)
  expect(await lag.behindSince(8, 0)).toBe(7)
  expect(await lag.behindSince(6, 0)).toBeUndefined()
})

it('takes what a sink begins behind for stored, before anything is acknowledged to it', async () => {
  const messages = [4, 7].map((seq) => ({ seq, partition: 'partition-07' }))
  const began = (seq: number) => ({ ack_floor: { stream_seq: 0 }, config: { opt_start_seq: seq } })
  expect(await aLag(messages, began(8)).behindSince(9, 0)).toBeUndefined()
  expect(await aLag(messages, began(5)).behindSince(9, 0)).toBe(7)
  expect(await aLag(messages, began(1)).behindSince(9, 0)).toBe(4)
})

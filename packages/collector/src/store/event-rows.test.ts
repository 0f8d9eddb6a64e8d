import { expect, it } from 'vitest'
import { bytesOfRows } from './event-rows.ts'

const run = (rest: { readonly context?: string; readonly envelope?: string }, count: number) => ({
  sessionId: 's',
  receivedAt: 1,
  clockOffsetMs: 0,
  events: Array.from({ length: count }, (_, at) => ({
    seq: at + 1,
    event: { type: 'tick', timestamp: 1, json: '1' },
    ...rest,
  })),
})

it('counts what a row carries, its context too, in each row', () => {
  const bare = bytesOfRows([run({}, 50)])
  expect(bytesOfRows([run({ context: 'x'.repeat(4096) }, 50)])).toBe(bare + 50 * 4096)
  expect(bytesOfRows([run({ envelope: '{"id":1}' }, 50)])).toBe(bare + 50 * 8)
})

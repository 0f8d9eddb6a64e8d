import { expect, it } from 'vitest'
import { createOutbox } from '../outbox.ts'
import { createLineWriter } from './line-writer.ts'
import type { Chunk, SpoolStore } from './spool-store.ts'

const session = { id: 'one', proof: '', epoch: 1, renew() {} }

it('writes all anew after a write that failed, and never says that more is there than is', async () => {
  const answers: { readonly resolve: (value?: unknown) => void; readonly reject: (cause: unknown) => void }[] = []
  const written: { readonly first: number; readonly chunk: Chunk | false }[] = []
  const store: Pick<SpoolStore, 'write'> = {
    write(_, first, chunk) {
      written.push({ first, chunk })
      return new Promise((resolve, reject) => answers.push({ resolve, reject }))
    },
  }
  const outbox = createOutbox(100, 'drop-oldest')
  const push = (count: number): void => {
    for (let n = 0; n < count; n++) outbox.push({ seq: 0, type: 'tick', timestamp: 0, data: n })
  }
  const writeLine = createLineWriter(store as SpoolStore, outbox, session, {}, 1e6, { wallMs: () => 0 })
  push(10)
  const failed = writeLine(false)
  push(5)
  const next = writeLine(false)
  answers[0]?.reject(new DOMException('full', 'QuotaExceededError'))
  await expect(failed).rejects.toThrow('full')
  answers[1]?.resolve()
  // Of what it was to follow nothing is there.
  expect(await next).toBe(0)
  const anew = writeLine(false)
  answers[2]?.resolve()
  expect(await anew).toBe(15)
  expect(written[2]).toMatchObject({ first: Number.POSITIVE_INFINITY, chunk: { from: 1, to: 15 } })
})

it('writes many events in chunks, each of which says that no more was pushed than is in the store; a last one is whole', async () => {
  const written: unknown[] = []
  const store: Pick<SpoolStore, 'write'> = {
    async write({ left, line }, _, chunk) {
      written.push([left, line.pushed, chunk && [chunk.from, chunk.to]])
    },
  }
  const outbox = createOutbox(5000, 'drop-oldest')
  const writeLine = createLineWriter(store as SpoolStore, outbox, session, {}, 1e6, { wallMs: () => 0 })
  await writeLine(false)
  for (let n = 0; n < 2200; n++) outbox.push({ seq: 0, type: 'tick', timestamp: 0, data: n })
  expect([await writeLine(false), await writeLine(false), await writeLine(true)]).toEqual([500, 1000, 2200])
  expect(await writeLine(false)).toBeUndefined()
  expect(written).toEqual([
    [false, 0, false],
    [false, 500, [1, 500]],
    [false, 1000, [501, 1000]],
    [true, 2200, [1001, 2200]],
  ])
})

it('finds room for what is new where what has given way takes it, though the oldest event never does', async () => {
  const store: Pick<SpoolStore, 'write'> = { write: async () => undefined }
  const outbox = createOutbox(1000, 'drop-oldest')
  const writeLine = createLineWriter(store as SpoolStore, outbox, session, {}, 50_000, { wallMs: () => 0 })
  let written: number | undefined
  for (let second = 0; second < 20; second++) {
    for (let n = 0; n < 200; n++) outbox.push({ seq: 0, type: 'tick', timestamp: 0, data: n })
    written = await writeLine(false)
    while (outbox.stats().queued > 1) outbox.drop('overflow', 1)
  }
  expect(written).toBeGreaterThan(3000)
})

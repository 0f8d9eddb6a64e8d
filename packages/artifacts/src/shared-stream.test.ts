import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shareStream } from './shared-stream.ts'
import { collect, fakeTime, never, settled, streamOf } from './test-doubles.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = async (content: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await collect(content)).toString()

function share(source: AsyncIterable<Uint8Array>, readers: number, maxBufferedBytes = 8) {
  const time = fakeTime()
  const branches = shareStream(source, readers, { stallMs: 100, maxBufferedBytes, setTimer: time.setTimer })
  const iterators = branches.map(({ content }) => content[Symbol.asyncIterator]())
  const next = async (at: number): Promise<string | undefined> => {
    const result = await iterators[at]?.next()
    return result?.done === false ? Buffer.from(result.value).toString() : undefined
  }
  return { time, branches, iterators, next }
}

/** Counts what is taken of it, and whether it was told to end. */
function counted(chunks: readonly unknown[]) {
  const source = {
    taken: 0,
    ended: false,
    async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
      try {
        for (const chunk of chunks) {
          source.taken += 1
          yield chunk as Uint8Array
        }
      } finally {
        source.ended = true
      }
    },
  }
  return source
}

it('gives each reader the whole stream', async () => {
  const branches = shareStream(streamOf('one', '', 'two', 'three'), 3, {
    stallMs: 100,
    maxBufferedBytes: 1,
    setTimer: fakeTime().setTimer,
  })
  expect(await Promise.all(branches.map(({ content }) => text(content)))).toEqual(Array(3).fill('onetwothree'))
  expect(branches.map((branch) => branch.bytes)).toEqual([11, 11, 11])
})

it('gives each reader the whole stream, whoever reads when', async () => {
  const chunks = fc.array(fc.string({ minLength: 0, maxLength: 6 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(chunks, fc.scheduler(), fc.integer({ min: 1, max: 4 }), async (parts, scheduler, readers) => {
      const branches = shareStream(streamOf(...parts), readers, {
        stallMs: 1,
        maxBufferedBytes: 4,
        setTimer: () => () => {},
      })
      const read = async ({ content }: { content: AsyncIterable<Uint8Array> }) => {
        let all = ''
        for await (const chunk of content) {
          all += Buffer.from(chunk).toString('latin1')
          await scheduler.schedule(Promise.resolve())
        }
        return all
      }
      const reading = Promise.all(branches.map(read))
      await scheduler.waitFor(reading)
      const whole = Buffer.from(parts.join('')).toString('latin1')
      expect(await reading).toEqual(Array(readers).fill(whole))
    }),
    { numRuns: 50 },
  )
})

it('takes nothing before somebody reads, and no more than a slow reader leaves room for', async () => {
  const source = counted(Array(20).fill(bytes('1234')))
  const { next } = share(source, 2)
  await settled()
  expect(source.taken).toBe(0)
  for (let i = 0; i < 3; i++) expect(await next(0)).toBe('1234')
  void next(0)
  await settled()
  expect(source.taken).toBe(3)
  expect(await next(1)).toBe('1234')
  await settled()
  expect(source.taken).toBe(4)
})

it('lets go of a reader that stands still and holds up another', async () => {
  const { time, next, branches } = share(counted(Array(9).fill(bytes('1234'))), 2)
  for (let i = 0; i < 3; i++) await next(0)
  const waiting = next(0)
  await time.pass(99)
  await expect(Promise.race([waiting, settled().then(() => 'waiting')])).resolves.toBe('waiting')
  await time.pass(1)
  expect(await waiting).toBe('1234')
  await expect(next(1)).rejects.toMatchObject({ code: 'stream_stalled' })
  for (let i = 0; i < 5; i++) await next(0)
  expect([await next(0), branches[0]?.bytes, time.pending]).toEqual([undefined, 36, 0])
})

it('does not let go of a reader that catches up in time', async () => {
  const { time, next } = share(counted(Array(9).fill(bytes('1234'))), 2)
  for (let i = 0; i < 3; i++) await next(0)
  const waiting = next(0)
  await time.pass(99)
  await next(1)
  await time.pass(99)
  expect(await waiting).toBe('1234')
  expect(await next(1)).toBe('1234')
})

it('tells the source to end once nobody reads any more, also where a reader breaks off', async () => {
  const source = counted([bytes('a'), bytes('b'), bytes('c')])
  const { branches, iterators, next } = share(source, 2)
  expect(await next(0)).toBe('a')
  await iterators[0]?.return?.()
  expect([await next(0), source.ended]).toEqual([undefined, false])
  branches[1]?.close()
  branches[1]?.close()
  await settled()
  expect([source.ended, await next(1)]).toEqual([true, undefined])
})

it('does not wait for a source that hangs when it is told to end', async () => {
  const hanging = {
    [Symbol.asyncIterator]: () => ({
      next: () => never<IteratorResult<Uint8Array>>(),
      return: () => Promise.reject('no'),
    }),
  }
  const { branches, next } = share(hanging, 1)
  const waiting = next(0)
  branches[0]?.close()
  expect(await waiting).toBeUndefined()
})

it('asks the source for one chunk at a time', async () => {
  let asked = 0
  const source = {
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<Uint8Array>> {
        asked += 1
        await settled()
        return { done: false, value: bytes('a') }
      },
    }),
  }
  const { next } = share(source, 2)
  expect(await Promise.all([next(0), next(1)])).toEqual(['a', 'a'])
  expect(asked).toBe(1)
})

it('hands the failure of the source to each reader, after what came before it', async () => {
  const failing = async function* () {
    yield bytes('a')
    throw new Error('the disk is gone')
  }
  const { next } = share(failing(), 2)
  for (const reader of [0, 1]) {
    expect(await next(reader)).toBe('a')
    await expect(next(reader)).rejects.toMatchObject({
      code: 'content_failed',
      message: expect.stringContaining('disk'),
    })
  }
  const unreadable = {
    [Symbol.asyncIterator]: () => {
      throw new Error('no')
    },
  }
  await expect(share(unreadable, 1).next(0)).rejects.toMatchObject({ code: 'content_failed' })
})

it('refuses a stream of something other than bytes', async () => {
  const source = counted([bytes('a'), 'text'])
  const { next } = share(source, 1)
  expect(await next(0)).toBe('a')
  await expect(next(0)).rejects.toMatchObject({ code: 'bad_content', message: expect.stringContaining('string') })
  expect(source.ended).toBe(true)
})

it('can be read once by each reader, and says so', () => {
  const { branches } = share(streamOf('a'), 1)
  expect(() => branches[0]?.content[Symbol.asyncIterator]()).toThrow(
    expect.objectContaining({ code: 'content_failed' }),
  )
})

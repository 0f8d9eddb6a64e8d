import { expect, it } from 'vitest'
import { untilAborted } from './content.ts'
import { collect, never, settled, streamOf } from './test-doubles.ts'

const { signal } = new AbortController()

it('passes everything on, and the failure of the source', async () => {
  expect(Buffer.concat(await collect(untilAborted(streamOf('one', 'two'), signal))).toString()).toBe('onetwo')
  const failing = async function* () {
    yield 1
    throw new Error('gone')
  }
  await expect(collect(untilAborted(failing(), signal))).rejects.toThrow('gone')
})

it('ends with the signal where the source hangs, and tells it to end', async () => {
  const ending = new AbortController()
  let returned = 0
  const hanging = {
    [Symbol.asyncIterator]: () => ({
      next: () => never<IteratorResult<number>>(),
      return: () => {
        returned += 1
        return Promise.reject(new Error('not heard'))
      },
    }),
  }
  const reading = collect(untilAborted(hanging, ending.signal))
  await settled()
  ending.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  await expect(collect(untilAborted(hanging, ending.signal))).rejects.toThrow('enough')
  expect(returned).toBe(2)
})

it('tells the source to end when its reader breaks off', async () => {
  let ended = false
  const endless = async function* () {
    try {
      for (;;) yield 1
    } finally {
      ended = true
    }
  }
  for await (const _one of untilAborted(endless(), signal)) break
  await settled()
  expect(ended).toBe(true)
})

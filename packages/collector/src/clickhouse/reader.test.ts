/** Lines of an answer come as they are, and none is read further than it may be long. */
import { expect, it } from 'vitest'
import { resolveQueryLimits } from '../query/query-limits.ts'
import { createReader } from './reader.ts'

const maxLineLength = 10

function linesOf(chunks: Iterable<Uint8Array>): Promise<readonly string[]> {
  async function* stream() {
    yield* chunks
  }
  const connection = {
    rows: async () => [],
    text: async () => stream(),
    pipe: async () => ({ chunks: stream(), rows: 0 }),
  }
  const reader = createReader(connection, resolveQueryLimits())
  const options = { settings: {}, maxLineLength, errorOf: (error: unknown) => error }
  return reader.lines('SELECT 1', options, async (lines) => {
    const all: string[] = []
    for await (const line of lines) all.push(line)
    return all
  })
}

it.each(['', 'a', 'a\n', '\n\n', 'ü\n\n😀b\nc', '0123456789\n0123456789'])('gives the lines of %j', async (text) => {
  const expected = text.replace(/\n$/, '').split('\n')
  const bytes = Buffer.from(text)
  const single = [...bytes].map((byte) => Uint8Array.of(byte))
  expect(await linesOf(single)).toEqual(text === '' ? [] : expected)
  expect(await linesOf([bytes])).toEqual(text === '' ? [] : expected)
})

it('reads no more of a line that is too long', async () => {
  let read = 0
  function* chunks() {
    for (; read < 1000; read++) yield Buffer.from('xxxx')
  }
  await expect(linesOf(chunks())).rejects.toMatchObject({ code: 'query_too_large' })
  expect(read).toBeLessThan(5)
})

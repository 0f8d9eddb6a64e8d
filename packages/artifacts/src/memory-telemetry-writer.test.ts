import { expect, it } from 'vitest'
import { MemoryTelemetryWriter } from './memory-telemetry-writer.ts'
import { anArtifact, never, streamOf } from './test-doubles.ts'

const context = { signal: new AbortController().signal }

it('keeps text, ended by a line break, bytes and streams', async () => {
  const memory = new MemoryTelemetryWriter()
  const bytes = new Uint8Array([104, 105])
  const written = [
    await memory.write(anArtifact({ filename: 'a', content: 'ü' }), context),
    await memory.write(anArtifact({ filename: 'b', content: bytes })),
    await memory.write(anArtifact({ filename: 'c', content: streamOf('one', 'two') }), context),
  ]
  bytes[0] = 0
  expect(written[0]).toEqual({ section: 'summary', filename: 'a', mimeType: 'application/json', bytes: 3 })
  expect(written.map((each) => each.bytes)).toEqual([3, 2, 6])
  expect(['a', 'b', 'c', 'd'].map((name) => memory.text(name))).toEqual(['ü\n', 'hi', 'onetwo', undefined])
  expect(memory.artifacts.map(({ filename }) => filename)).toEqual(['a', 'b', 'c'])
  memory.clear()
  expect(memory.artifacts).toEqual([])
})

it.each([null, undefined, { signal: null }, { signal: { aborted: true } }])('writes in the context %j', async (odd) => {
  const memory = new MemoryTelemetryWriter()
  expect(await memory.write(anArtifact(), odd as never)).toMatchObject({ filename: 'summary.json' })
  await expect(memory.write(anArtifact(), 'text' as never)).rejects.toMatchObject({ code: 'bad_option' })
})

it('copies what it is given, since a source may use its bytes again', async () => {
  const memory = new MemoryTelemetryWriter()
  const bytes = Buffer.from('-')
  const reusing = async function* () {
    for (const letter of ['a', 'b', 'c']) {
      bytes.write(letter)
      yield bytes
    }
  }
  await memory.write(anArtifact({ content: reusing() }), context)
  expect(memory.text('summary.json')).toBe('abc')
})

it('lets a later artifact of a name take the place of the earlier one', async () => {
  const memory = new MemoryTelemetryWriter({ maxBytes: 4 })
  await memory.write(anArtifact({ content: 'one' }), context)
  await memory.write(anArtifact({ content: 'two' }), context)
  expect(memory.artifacts.map(({ content }) => content)).toEqual(['two\n'])
})

it.each([
  ['text', () => 'four'],
  ['bytes', () => new Uint8Array(5)],
  ['a stream', () => streamOf('ab', 'cd', 'e')],
])('refuses %s beyond its limit', async (_name, content) => {
  const memory = new MemoryTelemetryWriter({ maxBytes: 8 })
  await memory.write(anArtifact({ filename: 'first', content: 'abc' }), context)
  const write = memory.write(anArtifact({ content: content() }), context)
  await expect(write).rejects.toMatchObject({ code: 'too_large' })
  expect(memory.artifacts).toHaveLength(1)
})

it('ends when it is told to', async () => {
  const ending = new AbortController()
  const memory = new MemoryTelemetryWriter()
  const endless = async function* () {
    for (;;) {
      yield new Uint8Array(1)
      ending.abort(new Error('enough'))
    }
  }
  await expect(memory.write(anArtifact({ content: endless() }), { signal: ending.signal })).rejects.toThrow('enough')
  const hanging = new AbortController()
  const source = { [Symbol.asyncIterator]: () => ({ next: () => never<IteratorResult<Uint8Array>>() }) }
  const writing = memory.write(anArtifact({ content: source }), { signal: hanging.signal })
  hanging.abort(new Error('it hangs'))
  await expect(writing).rejects.toThrow('it hangs')
  await expect(memory.write(anArtifact(), { signal: ending.signal })).rejects.toThrow('enough')
  expect(memory.artifacts).toEqual([])
})

it.each([0, -1, 1.5])('refuses a limit of %d', (maxBytes) => {
  expect(() => new MemoryTelemetryWriter({ maxBytes })).toThrow(expect.objectContaining({ code: 'bad_option' }))
})

import { describe, expect, it } from 'vitest'
import { decodeClientFrame } from './decode-client-frame.ts'
import { encodeFrame, utf8Length } from './encode.ts'
import { protocolDefaults } from './limits.ts'

const hello = { t: 'hello', session: 's-1', proof: '0'.repeat(32), conn: 1, next: 1, pushed: 0, now: 1 } as const

function read(details: object) {
  const decoded = decodeClientFrame(JSON.stringify({ ...hello, ...details }))
  if (!decoded.ok || decoded.value.t !== 'hello') throw new Error(`Expected a hello, got ${JSON.stringify(decoded)}`)
  return decoded.value
}

describe('a hello is taken whatever it says of itself', () => {
  it.each<[string, object, object, readonly string[]]>([
    [
      'a label that is a number',
      { meta: { labels: { cores: 8, os: 'Linux' } } },
      { meta: { labels: { os: 'Linux' } } },
      ['Expected label "cores" to be well-formed text, got 8'],
    ],
    [
      'labels that are null',
      { meta: { build: 'b', labels: null } },
      { meta: { build: 'b' } },
      ['Expected "labels" to be an object of texts, got null'],
    ],
    [
      'half an emoji',
      { meta: { build: 'b', labels: { mood: '\ud83d', '\ud83d': 'x' } } },
      { meta: { build: 'b', labels: {} } },
      [expect.stringContaining('label "mood"'), expect.stringContaining('well-formed')],
    ],
    [
      'a NUL',
      { meta: { labels: { mood: 'a\0b' } } },
      { meta: { labels: {} } },
      [expect.stringContaining('label "mood"')],
    ],
    ['a build that is a number', { meta: { build: 142 } }, { meta: {} }, [expect.stringContaining('"build"')]],
    ['meta that is text', { meta: 'b1' }, {}, ['Expected "meta" to be an object, got "b1"']],
    ['meta that is an array', { meta: [1] }, {}, ['Expected "meta" to be an object, got [1]']],
    [
      'what no protocol knows',
      { meta: { build: 'b', colour: 'red' } },
      { meta: { build: 'b' } },
      ['Expected "meta" to be { build?, labels? }, got "colour"'],
    ],
    [
      'a schema of 200 characters',
      { schema: 's'.repeat(200) },
      {},
      [expect.stringContaining('Expected "schema" to be text of at most 128 characters, got "sss')],
    ],
    ['a schema that is a number', { schema: 7 }, {}, [expect.stringContaining('"schema"')]],
    ['a key that can be none', { key: 'k'.repeat(4097) }, {}, ['Expected "key" to be text of at most 4096 characters']],
    ['a key of an object', { key: {} }, {}, ['Expected "key" to be text of at most 4096 characters']],
  ])('%s', (_, details, taken, leftOut) => {
    expect(read(details)).toEqual({ ...hello, ...taken, leftOut })
  })
})

it('takes a key of 4,096 characters as it is', () => {
  const key = ` ${'k'.repeat(4095)}`
  expect(read({ key })).toEqual({ ...hello, key })
})

it('takes meta up to its limit, to the byte', () => {
  const metaOf = (length: number) => ({ build: 'é', labels: { a: '', b: 'x'.repeat(length) } })
  const room = protocolDefaults.maxMetaBytes - utf8Length(JSON.stringify(metaOf(0)))
  expect(read({ meta: metaOf(room) })).toEqual({ ...hello, meta: metaOf(room) })
  expect(read({ meta: metaOf(room + 1) })).toMatchObject({
    meta: { build: 'é', labels: { a: '' } },
    leftOut: ['Expected build and labels of at most 4096 bytes, got no room for label "b"'],
  })
})

it('takes the labels that fit of too many, and tells of the others in few words', () => {
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label ${at}`, 'x'.repeat(20)]))
  const { meta, leftOut = [] } = read({ meta: { build: 'b', labels } })
  const kept = Object.keys(meta?.labels ?? {}).length
  expect(kept).toBeGreaterThan(90)
  expect(utf8Length(JSON.stringify(meta))).toBeLessThanOrEqual(protocolDefaults.maxMetaBytes)
  expect([leftOut.length, leftOut.at(-1)]).toEqual([8, `and ${10_000 - kept - 7} more were left out`])
})

it('tells of what is long in at most 200 characters, and of a key nothing', () => {
  const long = 'secret'.repeat(1000)
  const { leftOut = [] } = read({ key: long, schema: long, meta: { labels: { [long]: 1 }, [long]: 1 } })
  expect(leftOut.map(({ length }) => length <= 200)).toEqual([true, true, true, true])
  expect(leftOut[0]).not.toContain('secret')
})

it('takes a label named __proto__ for a label', () => {
  const { meta } = read({ meta: { labels: JSON.parse('{"__proto__":"x","constructor":"y"}') } })
  expect(Object.entries(meta?.labels ?? {})).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  expect(encodeFrame({ ...hello, meta })).toContain('"__proto__":"x"')
})

it('takes a hello whose meta is nested so deeply that nobody can write it down', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const text = `${JSON.stringify(hello).slice(0, -1)},"schema":${deep},"meta":{"build":${deep},"labels":{"a":${deep}}}}`
  expect(decodeClientFrame(text)).toMatchObject({ ok: true, value: { meta: { labels: {} }, leftOut: { length: 3 } } })
})

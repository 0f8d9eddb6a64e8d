import { expect, it } from 'vitest'
import { comparePayload, prettyRaw, schemaFor } from './compare-payload.ts'

const schema = {
  type: 'object',
  properties: { team: { enum: ['red', 'blue'] }, x: { type: 'number' }, at: { type: 'object' } },
  required: ['team', 'x', 'at'],
}

const aRaw = (data: unknown) => JSON.stringify({ type: 'hit', timestamp: 1, data })

it('lays what came beside what was expected, what is wrong first', () => {
  const message = 'data.x: Expected number, got "5"; data.at.y: Expected number: none came; data.at.z: no'
  expect(comparePayload(schema, aRaw({ team: 'red', x: '5', at: {}, more: [1] }), message)).toEqual([
    { name: 'x', expected: 'number', came: '"5"', fault: 'Expected number, got "5"' },
    { name: 'at', expected: 'object', came: '{}', fault: 'y: Expected number: none came; z: no' },
    { name: 'team', expected: '"red" | "blue"', came: '"red"', fault: undefined },
    { name: 'more', expected: undefined, came: '[1]', fault: undefined },
  ])
})

it('shows what is missing, and takes names of the language for data', () => {
  const properties = comparePayload(schema, '{"data":{"__proto__":{"x":1}}}', 'data: no')
  expect(properties?.map(({ name, came }) => [name, came])).toEqual([
    ['team', undefined],
    ['x', undefined],
    ['at', undefined],
    ['__proto__', '{"x":1}'],
  ])
})

it.each(['', '{', 'null', '[]', '{"data":5}', '{"data":[1]}'])(
  'compares nothing where %j came, or all that is not there',
  (raw) => {
    const compared = comparePayload(schema, raw, 'data: no')
    expect(compared === undefined || compared.every(({ came }) => came === undefined)).toBe(true)
  },
)

it('shows JSON over several lines, and anything else as it came', () => {
  expect(prettyRaw('{"a":1}')).toBe('{\n  "a": 1\n}')
  expect(prettyRaw('{"a":')).toBe('{"a":')
})

it('lays beside what came the schema of its version', () => {
  const [old, fresh] = [
    { type: 'object', title: 'old' },
    { type: 'object', title: 'fresh' },
  ]
  const versions = [
    { since: 2, schema: old },
    { since: 5, schema: fresh },
    { since: 9, schema: null },
  ]
  const picked = ['2', '4', '5', '9', '1', 'null'].map((version) => schemaFor(versions, `{"version":${version}}`))
  expect(picked).toEqual([old, old, fresh, undefined, undefined, undefined])
  expect(schemaFor([{ since: 1, schema: old }], '{"data":{}}')).toBe(old)
  expect(schemaFor([], '{"data":{}}')).toBeUndefined()
})

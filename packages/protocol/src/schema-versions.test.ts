import { expect, it } from 'vitest'
import { defineEvents } from './define-events.ts'
import { schemaOfVersion, versions, versionsOf } from './schema-versions.ts'
import type { StandardSchema } from './standard-schema.ts'

const aSchema = (): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
})
const [first, second] = [aSchema(), aSchema()]

it('picks the newest schema that is not newer than the event', () => {
  const schema = versions([2, first], [5, second])
  const picked = [undefined, 1, 2, 4, 5, 99].map((version) => schemaOfVersion(schema, version))
  expect(picked.map((each) => each && [first, second].indexOf(each))).toEqual([undefined, undefined, 0, 0, 1, 1])
})

it('takes an event without a version for one of the first', () => {
  expect(schemaOfVersion(versions([1, first], [2, second]))).toBe(first)
})

it('has one schema for all versions where there are none of its own', () => {
  expect([schemaOfVersion(first), schemaOfVersion(first, 7)]).toEqual([first, first])
  expect(versionsOf(first)).toEqual([{ since: 1, schema: first }])
})

it('is the newest schema to whoever knows no versions', () => {
  const schema = versions([1, first], [2, second])
  expect(defineEvents({ tick: schema }).schemas.tick?.['~standard']).toBe(second['~standard'])
})

it.each([
  [[[0, first]], 'Expected a version that is a whole number above 0, got 0'],
  [[[1.5, first]], 'Expected a version that is a whole number above 0, got 1.5'],
  [
    [
      [2, first],
      [2, second],
    ],
    'Expected a version that is a whole number above 2, got 2',
  ],
  [
    [
      [2, first],
      [1, second],
    ],
    'Expected a version that is a whole number above 2, got 1',
  ],
  [[['1', first]], 'Expected a version that is a whole number above 0, got 1'],
  [[[1, {}]], 'Expected a Standard Schema for version 1, got object'],
  [[[1, undefined]], 'Expected a Standard Schema for version 1, got undefined'],
  [[], 'Expected at least one version, got none'],
])('refuses %j', (list, message) => {
  expect(() => versions(...(list as unknown as [[number, StandardSchema]]))).toThrow(message)
})

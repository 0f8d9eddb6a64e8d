import { expect, it } from 'vitest'
import { createSchemaWarnings } from './schema-warnings.ts'

it('counts by code and type, with the newest example, the commonest first', () => {
  const warnings = createSchemaWarnings()
  warnings.add('quit', { code: 'unknown_type', message: 'a' })
  warnings.add('hit', { code: 'invalid_payload', message: 'b' })
  warnings.add('hit', { code: 'invalid_payload', message: 'c' })
  expect(warnings.list()).toEqual([
    { code: 'invalid_payload', type: 'hit', message: 'c', events: 2 },
    { code: 'unknown_type', type: 'quit', message: 'a', events: 1 },
  ])
  expect(Object.fromEntries(warnings.counts)).toEqual({ invalid_payload: 2, unknown_type: 1 })
})

it('keeps a hundred kinds, however many types are made up, and counts all', () => {
  const warnings = createSchemaWarnings()
  for (let at = 0; at < 1000; at++) warnings.add(`made up ${at}`, { code: 'unknown_type', message: '' })
  expect(warnings.list().length).toBeLessThanOrEqual(101)
  expect(warnings.list()[0]).toMatchObject({ type: '(other)', events: 900 })
  expect(warnings.counts.get('unknown_type')).toBe(1000)
})

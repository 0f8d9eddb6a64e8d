import { expect, it } from 'vitest'
import { hrefOf, readAddress } from '../router.ts'
import { isNarrow, readFilter } from './session-filter.ts'

it('goes into an address and comes back', () => {
  const filter = { text: 'a&b=c#d', build: '1.4', label: 'level', value: 'nebula 2', state: 'lost', sort: 'length' }
  expect(readFilter(readAddress(hrefOf({ view: 'sessions', parameters: filter })).parameters)).toEqual(filter)
})

it.each([
  [{ text: '', build: undefined }, {}],
  [{ value: 'nebula' }, {}],
  [{ event: '7', before: 'x', limit: '9' }, {}],
])('of %j it asks for %j', (parameters, filter) => {
  expect(readFilter(parameters)).toEqual(filter)
})

it('knows what leaves sessions out', () => {
  expect(isNarrow({ sort: 'length' })).toBe(false)
  expect(isNarrow({ sort: 'length', error: 'true' })).toBe(true)
})

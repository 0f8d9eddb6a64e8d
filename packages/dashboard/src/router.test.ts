import { expect, it } from 'vitest'
import { type Address, hrefOf, readAddress } from './router.ts'

it.each<[string, Address]>([
  ['', { view: 'live', parameters: {} }],
  ['#', { view: 'live', parameters: {} }],
  ['#/', { view: 'live', parameters: {} }],
  ['#/?type=x', { view: 'live', parameters: { type: 'x' } }],
  ['#/sessions', { view: 'sessions', parameters: {} }],
  ['#/sessions/', { view: 'sessions', parameters: {} }],
  ['#/sessions/plain%3A1?at=5&type=a', { view: 'sessions', name: 'plain:1', parameters: { at: '5', type: 'a' } }],
  ['#/sessions/a/b', { view: 'sessions', name: 'a/b', parameters: {} }],
  ['#/sql?q=SELECT+1+%2B+1%3F', { view: 'sql', parameters: { q: 'SELECT 1 + 1?' } }],
  ['#/sql?q=a?b', { view: 'sql', parameters: { q: 'a?b' } }],
  ['#/sql?q=%E0%A4%A', { view: 'sql', parameters: { q: '\u{fffd}%A' } }],
])('reads %j', (fragment, address) => {
  expect(readAddress(fragment)).toEqual(address)
})

it.each(['#/sessions/%E0%A4%A', '#/sessions/%'])('takes %j for no view, and not for another one', (fragment) => {
  expect(readAddress(fragment)).toEqual({ view: fragment.slice(2), parameters: {} })
})

it('takes names of the language for data', () => {
  const { parameters } = readAddress('#/live?__proto__=x&constructor=y')
  expect(Object.entries(parameters)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
})

it.each<[Address, string]>([
  [{ view: 'live', parameters: {} }, '#/live'],
  [{ view: 'live', parameters: { type: '', build: undefined } }, '#/live'],
  [{ view: 'sessions', name: 'a/b?c#d', parameters: {} }, '#/sessions/a%2Fb%3Fc%23d'],
  [{ view: 'sql', parameters: { q: 'SELECT 1 + 1' } }, '#/sql?q=SELECT+1+%2B+1'],
])('writes %j', (address, href) => {
  expect(hrefOf(address)).toBe(href)
})

it.each(['ship \u{1f680}', '%', 'a&b=c', ' ', '../..', '\u0000'])('reads what it writes: %j', (text) => {
  const address = { view: 'sessions', name: text, parameters: { text } }
  expect(readAddress(hrefOf(address))).toEqual(address)
})

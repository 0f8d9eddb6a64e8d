import { expect, it } from 'vitest'
import { kindOf, messageOf, shown } from './describe.ts'

const throwing = {
  get message() {
    throw new Error('no')
  },
}
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

it.each([
  ['an error', new TypeError('no room'), 'no room'],
  ['an error without a message', new RangeError(), 'RangeError'],
  ['a value of another realm that has a message', { message: 'far away' }, 'far away'],
  ['a text', 'gone', 'gone'],
  ['null', null, 'null'],
  ['nothing', undefined, 'undefined'],
  ['a message that is no text', { message: 5 }, '[object Object]'],
  ['a message that throws', throwing, 'something that has no text was thrown'],
  ['what has no text', Object.create(null), 'something that has no text was thrown'],
  ['a revoked proxy', revoked(), 'something that has no text was thrown'],
])('says in text what was thrown: %s', (_name, thrown, message) => {
  expect(messageOf(thrown)).toBe(message)
})

class Ship {}

it.each([
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['text', 'a', 'string'],
  ['a bigint', 1n, 'bigint'],
  ['a function', () => {}, 'function'],
  ['a list', [], 'array'],
  ['a plain object', {}, 'object'],
  ['an object without a prototype', Object.create(null), 'object'],
  ['a field that is called constructor', { constructor: Map }, 'object'],
  ['a class of the language', new Uint16Array(1), 'Uint16Array'],
  ['a class of a game', new Ship(), 'Ship'],
  ['a list of a class of its own', new (class Crew extends Array {})(), 'Crew'],
  ['a revoked proxy', revoked(), 'object'],
])('names the kind of a value: %s', (_name, value, kind) => {
  expect(kindOf(value)).toBe(kind)
})

it.each([
  ['say "hi"', '"say \\"hi\\""'],
  [-0.5, '-0.5'],
  [12n, '12'],
  [true, 'true'],
  [undefined, 'undefined'],
  [null, 'null'],
  [Symbol('s'), 'Symbol(s)'],
  [[1], 'array'],
  [() => 1, 'function'],
])('shows what is short to tell, and of all else its kind: %s', (value, text) => {
  expect(shown(value)).toBe(text)
})

import { expect, it } from 'vitest'
import { unknownOptions } from './unknown-options.ts'

const known = ['url', 'key', 'enabled', 'batchSize', 'getToken', 'drainIntervalMs']

it.each([
  ['usr', 'url'],
  ['ulr', 'url'],
  ['URL', 'url'],
  ['enable', 'enabled'],
  ['batchsize', 'batchSize'],
  ['batch', 'batchSize'],
  ['token', 'getToken'],
  ['drainInterval', 'drainIntervalMs'],
  ['drainIntevralMs', 'drainIntervalMs'],
])('names the one that %s is meant for', (name, meant) => {
  expect(unknownOptions({ [name]: 1, url: '/' }, known)).toEqual([
    `There is no option \`${name}\`: did you mean \`${meant}\`?`,
  ])
})

it('names no other where none is near', () => {
  expect(unknownOptions({ colour: 1, x: 1 }, known)).toEqual(['There is no option `colour`', 'There is no option `x`'])
})

it.each([[undefined], [null], ['usr'], [5], [{}], [{ url: '/', usr: undefined, key: null }]])(
  'has nothing to say of %j',
  (given) => expect(unknownOptions(given, known)).toEqual([]),
)

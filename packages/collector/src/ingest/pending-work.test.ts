import { expect, it } from 'vitest'
import { createPendingWork } from './pending-work.ts'

const somePending = () => createPendingWork({ maxPendingBytes: 100, maxPendingBytesPerAddress: 60 })

it('bounds an address, and all of them together', () => {
  const pending = somePending()
  const [a, b] = [pending.holdFor('a'), pending.holdFor('b')]
  const release = a(60)
  expect(a(1)).toBeUndefined()
  expect(b(41)).toBeUndefined()
  expect(b(40)).toBeDefined()
  expect(pending.holdFor('c')(1)).toBeUndefined()
  release?.()
  expect(a(60)).toBeDefined()
})

it('takes one that is larger than its bound where nothing else waits', () => {
  const hold = somePending().holdFor('a')
  const release = hold(1000)
  expect([release === undefined, hold(1)]).toEqual([false, undefined])
  release?.()
  expect(hold(1)).toBeDefined()
})

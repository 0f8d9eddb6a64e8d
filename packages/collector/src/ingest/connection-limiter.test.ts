import { expect, it } from 'vitest'
import { type ConnectionLimits, createConnectionLimiter } from './connection-limiter.ts'

const plenty: ConnectionLimits = { maxSockets: 9, maxSocketsPerAddress: 9, maxHandshakesPerAddress: 9 }

it.each([
  ['maxSockets', '2 sockets in all'],
  ['maxSocketsPerAddress', '2 sockets from this address'],
  ['maxHandshakesPerAddress', '2 sockets from this address that have not said hello'],
] as const)('has as many places as %s, and gives each of them again once it is back', (limit, words) => {
  const { acquire } = createConnectionLimiter({ ...plenty, [limit]: 2 })
  for (let round = 0; round < 3; round++) {
    const acquired = [acquire('a'), acquire('a')]
    expect(acquired.map(({ ok }) => ok)).toEqual([true, true])
    expect(acquire('a')).toEqual({ ok: false, message: `Expected at most ${words}` })
    for (const one of acquired) if (one.ok) one.slot.release()
  }
})

it('counts no socket as one without a hello once it has said it', () => {
  const { acquire } = createConnectionLimiter({ ...plenty, maxHandshakesPerAddress: 1 })
  const first = acquire('a')
  expect(acquire('a').ok).toBe(false)
  expect(acquire('b').ok).toBe(true)
  if (first.ok) first.slot.endHandshake()
  expect(acquire('a').ok).toBe(true)
})

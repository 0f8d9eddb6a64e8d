import { expect, it } from 'vitest'
import type { EventStore, WriteOutcome } from '../sink/event-store.ts'
import { aPosition } from '../test-doubles.ts'
import { yieldingStore } from './yielding-store.ts'

const noMemory: WriteOutcome = { kind: 'unavailable', reason: 'Out of Memory Error: could not allocate block' }
const group = { events: [], rejected: [], sessions: [], position: aPosition, logBytes: 0 }

function aStore(...outcomes: WriteOutcome[]) {
  const calls: string[] = []
  const inner: EventStore = {
    readPosition: async () => undefined,
    readSessions: async () => new Map(),
    tryEvent: async () => ({ kind: 'written' }),
    async write() {
      calls.push('write')
      return outcomes.shift() ?? { kind: 'written' }
    },
  }
  return { calls, store: yieldingStore(inner, () => void calls.push('interrupt')) }
}

it('interrupts the readers and writes again where memory was lacking', async () => {
  const { store, calls } = aStore(noMemory)
  expect(await store.write(group)).toEqual({ kind: 'written' })
  expect(calls).toEqual(['write', 'interrupt', 'write'])
})

it('tries once more, not for ever', async () => {
  const { store, calls } = aStore(noMemory, noMemory)
  expect(await store.write(group)).toEqual(noMemory)
  expect(calls).toEqual(['write', 'interrupt', 'write'])
})

it.each<WriteOutcome>([
  { kind: 'written' },
  { kind: 'refused', reason: 'Conversion Error' },
  { kind: 'unavailable', reason: 'No space left on device' },
])('leaves the readers alone after %j', async (outcome) => {
  const { store, calls } = aStore(outcome)
  expect(await store.write(group)).toEqual(outcome)
  expect(calls).toEqual(['write'])
})

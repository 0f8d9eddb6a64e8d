import type { LinkState } from '@downlink/client'
import { expect, it } from 'vitest'
import { createProgressWatch, standstillMs } from './progress-watch.ts'

function aWatch() {
  let nowMs = 0
  let state: LinkState = { status: 'idle' }
  const acks = { pushed: 0, acked: 0 }
  const watch = createProgressWatch([{ acks, status: () => state }], () => nowMs)
  return {
    ...{ watch, acks },
    pass: (ms: number) => (nowMs += ms),
    enter: (next: LinkState) => (state = next),
  }
}

it('ends once nothing was pushed or acknowledged for a while', () => {
  const { watch, acks, pass } = aWatch()
  for (const what of ['pushed', 'acked', 'pushed'] as const) {
    acks[what]++
    expect(watch.hasEnded()).toBe(false)
    pass(standstillMs - 1)
    expect(watch.hasEnded()).toBe(false)
  }
  pass(1)
  expect(watch.hasEnded()).toBe(true)
})

it('waits for a fault that has a limit of its own', () => {
  const { watch, pass } = aWatch()
  pass(10 * standstillMs)
  expect(watch.hasEnded(true)).toBe(false)
  pass(standstillMs - 1)
  expect(watch.hasEnded()).toBe(false)
})

it('ends at once where a link has stopped for good, whatever is dealt', () => {
  const { watch, enter } = aWatch()
  enter({ status: 'stopped', reason: 'replaced' })
  expect(watch.hasEnded(true)).toBe(true)
})

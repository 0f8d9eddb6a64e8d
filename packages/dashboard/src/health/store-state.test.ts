import type { LiveCounters } from '@downlink/collector'
import { expect, it } from 'vitest'
import { restartReasons, storeStateOf } from './store-state.ts'

const aStore = (over: Partial<NonNullable<LiveCounters['store']>> = {}) => ({
  isUp: true,
  lag: { bytes: 0, events: 0, ms: 0 },
  restarts: {},
  readsRunning: 0,
  readsKilled: 0,
  ...over,
})

it.each([
  ['that keeps up', aStore({ lag: { bytes: 9, events: 1, ms: 5000 } }), { status: 'current' }],
  ['that does not', aStore({ lag: { bytes: 900, events: 7, ms: 5001 } }), { status: 'behind', ms: 5001 }],
  ['that starts', aStore({ isUp: false }), { status: 'away', wasUp: false }],
  ['that starts again', aStore({ isUp: false, restarts: { crash: 1 } }), { status: 'away', wasUp: true }],
  ['that was restarted', aStore({ restarts: { crash: 1 } }), { status: 'current' }],
])('judges a store %s', (_which, store, state) => {
  expect(storeStateOf({ store, shared: null }, true)).toEqual(state)
})

it.each([
  ['that keeps up', { isUp: true, lagMs: 1400 }, { status: 'current' }],
  ['that does not', { isUp: true, lagMs: 5001 }, { status: 'behind', ms: 5001 }],
  ['that does not answer', { isUp: false, lagMs: 0 }, { status: 'silent' }],
  ['of which the log does not tell', { isUp: true, lagMs: null }, { status: 'unknown' }],
])('judges a shared store %s', (_which, shared, state) => {
  expect(storeStateOf({ store: null, shared }, true)).toEqual(state)
})

it('judges nothing by counters of another time, nor without any', () => {
  expect(storeStateOf({ store: aStore({ isUp: false }), shared: null }, false)).toEqual({ status: 'unknown' })
  expect(storeStateOf(undefined, true)).toEqual({ status: 'unknown' })
})

it('says why it was restarted, also for a reason that it does not know', () => {
  expect(restartReasons({ memory: 1, query_time: 2, flood: 1 })).toBe('query over its time 2, out of memory 1, flood 1')
})

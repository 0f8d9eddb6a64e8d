import { expect, it } from 'vitest'
import { faultName, kindsOf, planFaults } from './fault-plan.ts'

const options = { verified: 'collector', seed: 7, sessions: 4, events: 40_000, kinds: kindsOf.collector } as const

it('deals the same faults of the same seed, and others of another', () => {
  expect(planFaults(options)).toEqual(planFaults(options))
  expect(planFaults({ ...options, seed: 8 })).not.toEqual(planFaults(options))
})

it('deals of each kind what it deals of that alone', () => {
  const all = planFaults(options)
  for (const kind of kindsOf.collector) {
    expect(all.filter(({ fault }) => fault.kind === kind)).toEqual(planFaults({ ...options, kinds: [kind] }))
  }
})

it('deals each of them in the midst of the events, in order, however few there are', () => {
  for (const events of [1, 100, 1_000_000]) {
    const atEvents = planFaults({ ...options, events }).map((planned) => planned.atEvents)
    expect(atEvents).toEqual([...atEvents].sort((a, b) => a - b))
    expect(atEvents.every((at) => at >= 1 && at <= events)).toBe(true)
  }
})

it('deals every fault there is in a run of some length', () => {
  const names = new Set(planFaults({ ...options, events: 1_000_000 }).map(({ fault }) => faultName(fault)))
  expect([...names].sort()).toEqual([
    ...['beacon', 'cut', 'disk_full', 'half_close', 'kill_collector', 'kill_store', 'stall'],
  ])
})

it('deals every fault of a cluster, however short the run', () => {
  const planned = planFaults({ ...options, verified: 'cluster', events: 1000, kinds: ['kill', 'cut', 'stop'] })
  expect([...new Set(planned.map(({ fault }) => faultName(fault)))].sort()).toEqual([
    ...['cut_collector_log', 'cut_collector_store', 'cut_log_log', 'cut_sink_log', 'cut_sink_store'],
    ...['kill_collector', 'kill_log_follower', 'kill_log_leader', 'kill_sink', 'kill_store'],
    ...['stop_sinks', 'stop_store'],
  ])
})

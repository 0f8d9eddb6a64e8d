import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { createTally, noCounts } from './tally.ts'

it.each([
  ['what is owed', () => Promise.resolve(7), '7'],
  ['NaN where the database is busy', () => Promise.reject(new Error('busy')), 'Nan'],
])('shows %s, and everything else all the same', async (_what, abandoned, value) => {
  const tally = createTally({ now: () => 0, before: noCounts })
  const metrics = createMetrics({
    tally,
    log: { bytes: () => 0, lagMs: () => 0 },
    sockets: () => 3,
    liveListeners: () => 0,
    abandoned,
  })
  const lines = (await metrics.text()).split('\n')
  expect(lines).toEqual(expect.arrayContaining([`downlink_events_outstanding ${value}`, 'downlink_sockets 3']))
})

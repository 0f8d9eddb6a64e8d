import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { createTally, noCounts } from './tally.ts'

it('shows what is owed, what was refused and what is up', async () => {
  const tally = createTally(() => 0)
  tally.startFrom({ ...noCounts, owed: 7 })
  tally.owed -= 3
  const metrics = createMetrics({
    tally,
    log: { bytes: () => 0, lagMs: () => 0 },
    sockets: () => 3,
    liveListeners: () => 0,
    refused: new Map([['forbidden', 2]]),
  })
  const lines = (await metrics.text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'downlink_events_outstanding 4',
      'downlink_refusals_total{reason="forbidden"} 2',
      'downlink_sockets 3',
    ]),
  )
})

import { expect, it } from 'vitest'
import { createEventCounters, noCounts } from './event-counters.ts'
import { createMetrics } from './metrics.ts'

it('shows what is owed, what was refused and what is up', async () => {
  const counters = createEventCounters(() => 0)
  counters.startFrom({ ...noCounts, outstanding: 7 })
  counters.outstanding -= 3
  const metrics = createMetrics({
    counters,
    own: {
      log: { bytes: 5, keptBytes: 3, segments: 2 },
      store: {
        isUp: true,
        lag: { bytes: 100, events: 2, ms: 1500 },
        reports: new Map([['lost_events', 2]]),
        restarts: new Map([['memory', 1]]),
        readsRunning: 0,
        readsKilled: 1,
        memoryBytes: 9,
        space: undefined,
        databaseVersion: 'v1',
      },
      retention: () => ({ runs: 0, failures: 0, lastRunMs: undefined, clockAheadMs: 0 }),
      backup: () => undefined,
      otlp: {
        address: 'http://127.0.0.1:4318/v1/logs',
        failure: 'HTTP 503',
        lag: { events: 4, bytes: 100, ms: 2500 },
        ...{ sent: 5, rejected: 1, forgotten: 2, skipped: 3, gaps: 0, failures: 6 },
      },
    },
    kept: { count: 2, bytes: 500, served: 9 },
    sockets: () => 3,
    liveListeners: () => 0,
    refused: new Map([['forbidden', 2]]),
    warned: new Map(),
  })
  const lines = (await metrics.text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'downlink_events_outstanding 4',
      'downlink_refusals_total{reason="forbidden"} 2',
      'downlink_sockets 3',
      'downlink_kept_answers 2',
      'downlink_kept_answers_bytes 500',
      'downlink_kept_answers_served_total 9',
      'downlink_log_segments 2',
      'downlink_sink_lag_bytes 100',
      'downlink_sink_lag_events 2',
      'downlink_sink_lag_seconds 1.5',
      'downlink_sink_reports_total{code="lost_events"} 2',
      'downlink_store_up 1',
      'downlink_store_memory_bytes 9',
      'downlink_store_restarts_total{reason="memory"} 1',
      'downlink_store_reads_killed_total 1',
      'downlink_otlp_up 0',
      'downlink_otlp_lag_seconds 2.5',
      'downlink_otlp_sent_total 5',
      'downlink_otlp_skipped_total 3',
    ]),
  )
})

import type { Ledger } from '@downlink/collector'
import { expect, it, vi } from 'vitest'
import { ApiError, type QueryAnswer } from '../api.ts'
import { duckdb } from '../dialect/duckdb.ts'
import { createRecording, type RecordingPorts, type RecordingState } from './recording.ts'
import { aLedger, aPage } from './test-doubles.ts'

const away = new ApiError(503, 'store_unavailable', 'The store is starting again.')
const noRows: QueryAnswer = { columns: [], rows: [], truncated: false }

/** A session whose events are `types`, told in pages of three. */
function aSession(ledgers: readonly Partial<Ledger>[], types: string[], over: Partial<RecordingPorts> = {}) {
  const rest = [...ledgers]
  const waited: number[] = []
  const recording = createRecording('s', duckdb, {
    fetchLedger: async () => aLedger((rest.length > 1 ? rest.shift() : rest[0]) ?? {}),
    fetchTimeline: async (_, after) => {
      const entries = types.slice(after, after + 3).map((type, at) => ({ seq: after + at + 1, type, at: after + at }))
      return aPage(entries, after + 3 < types.length ? after + 3 : null)
    },
    runQuery: async () => noRows,
    wait: async (ms) => void waited.push(ms),
    ...over,
  })
  const states: string[] = []
  recording.subscribe(() => states.push(textOf(recording.snapshot())))
  return { recording, states, waited }
}

const textOf = (state: RecordingState): string =>
  state.status === 'here' ? `${state.columns.length} ${state.progress}` : state.status

it('reads the ledger, then page by page, then what can be drawn', async () => {
  const { recording, states } = aSession([{}], ['a', 'b', 'a', 'a', 'c'])
  recording.start()
  recording.start()
  await vi.waitFor(() => expect(textOf(recording.snapshot())).toBe('5 whole'))
  expect(states).toEqual(['loading', '0 loading', '3 loading', '5 loading', '5 whole'])
})

it('goes on with a session that is open, until it is not', async () => {
  const types = ['a', 'b']
  const ledgers = [
    { open: true, stored: 2, pushed: 2 },
    { open: true, stored: 2, pushed: 2 },
    { open: true, stored: 4, pushed: 4 },
    { open: false, stored: 4, pushed: 4 },
  ]
  const { recording, waited } = aSession(ledgers, types, {
    wait: async () => {
      waited.push(0)
      if (waited.length === 2) types.push('c', 'd')
      if (waited.length > 9) throw new Error('It goes on for ever')
    },
  })
  recording.start()
  await vi.waitFor(() => {
    const state = recording.snapshot()
    expect(state).toMatchObject({ status: 'here', progress: 'whole', ledger: { open: false } })
    expect(textOf(state)).toBe('4 whole')
  })
  expect(waited).toHaveLength(3)
})

it('says that there is no such session, and what went wrong otherwise', async () => {
  for (const [error, status] of [
    [new ApiError(404, 'not_found', 'There is no session s'), 'unknown'],
    [new ApiError(500, 'internal', 'No'), 'failed'],
  ] as const) {
    const { recording } = aSession([{}], [], { fetchLedger: () => Promise.reject(error) })
    recording.start()
    await vi.waitFor(() => expect(recording.snapshot().status).toBe(status))
  }
})

it('waits for the database, before and in the midst of it', async () => {
  const answers = [away, aPage([{ seq: 1, type: 'a', at: 1 }], 1), away, aPage([{ seq: 2, type: 'a', at: 2 }])]
  const { recording, states } = aSession([{}], [], {
    fetchTimeline: async () => {
      const answer = answers.shift()
      if (answer instanceof Error || answer === undefined) throw answer
      return answer
    },
  })
  recording.start()
  await vi.waitFor(() => expect(textOf(recording.snapshot())).toBe('2 whole'))
  expect(states).toEqual(['loading', '0 loading', '0 away', '1 loading', '1 away', '2 loading', '2 whole'])
})

it('shows the events though what is drawn of their payloads can not be read', async () => {
  const { recording } = aSession([{}], ['a'], { runQuery: () => Promise.reject(new Error('too long')) })
  recording.start()
  await vi.waitFor(() => expect(recording.snapshot()).toMatchObject({ progress: 'whole', fault: 'too long' }))
})

it('goes on where it stood once somebody answers again', async () => {
  const gone = new ApiError(0, 'unreachable', 'The collector does not answer.')
  const answers = [aPage([{ seq: 1, type: 'a', at: 1 }], 1), gone, gone, aPage([{ seq: 2, type: 'a', at: 2 }])]
  const { recording, states } = aSession([{}], [], {
    fetchTimeline: async () => {
      const answer = answers.shift()
      if (answer instanceof Error || answer === undefined) throw answer
      return answer
    },
  })
  recording.start()
  await vi.waitFor(() => expect(textOf(recording.snapshot())).toBe('2 whole'))
  expect(states).toEqual([
    'loading',
    '0 loading',
    '1 loading',
    '1 disconnected',
    '1 disconnected',
    '2 loading',
    '2 whole',
  ])
})

it('says that it failed in the midst of it, and keeps what there is', async () => {
  const pages = [aPage([{ seq: 1, type: 'a', at: 1 }], 1)]
  const { recording } = aSession([{}], [], {
    fetchTimeline: async () => {
      const page = pages.shift()
      if (!page) throw new ApiError(422, 'query_timeout', 'Too long.')
      return page
    },
  })
  recording.start()
  await vi.waitFor(() => expect(recording.snapshot()).toMatchObject({ progress: 'failed', fault: 'Too long.' }))
  expect(textOf(recording.snapshot())).toBe('1 failed')
})

it('is silent once it is stopped, and begins anew', async () => {
  const { recording, states } = aSession([{}], ['a'])
  recording.start()
  recording.stop()
  recording.stop()
  await new Promise((resolve) => setTimeout(resolve))
  expect(states).toEqual(['loading'])
  recording.start()
  await vi.waitFor(() => expect(textOf(recording.snapshot())).toBe('1 whole'))
})

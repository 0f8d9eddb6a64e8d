/** Loads one session, page by page, then what can be drawn of its payloads, and what comes while it goes on. */
import type { Ledger, TimelinePage } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { ApiError, fetchLedger, fetchTimeline, isUnreachable, type QueryAnswer, runQuery } from '../api.ts'
import { askAgain } from '../ask-again.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { createObservable } from '../observable.ts'
import { EventColumns } from './event-columns.ts'
import { createFieldReader, noFields, type SessionFields } from './field-reader.ts'

export type RecordingState =
  | { readonly status: 'loading' }
  /** The database is away, and asked again. */
  | { readonly status: 'away' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'unknown' }
  | Recorded

export type Progress =
  | 'loading'
  | 'whole'
  /** There are more than are shown. */
  | 'partly'
  /** The database is away, or nobody answers: both are asked again. */
  | 'away'
  | 'disconnected'
  /** It is not asked again by itself. */
  | 'failed'

/** What there is of it so far. */
export interface Recorded extends SessionFields {
  readonly status: 'here'
  readonly ledger: Ledger
  readonly columns: EventColumns
  /** Grows with `columns`, which stay the same object. */
  readonly version: number
  readonly progress: Progress
  /** Why something of it could not be read. */
  readonly fault: string | undefined
}

export interface Recording {
  snapshot(): RecordingState
  subscribe(listener: () => void): () => void
  /** Idempotent; so is `stop`. After that it may be started again, from the beginning. */
  start(): void
  stop(): void
}

export interface RecordingPorts {
  readonly fetchLedger: (sessionId: string, signal: AbortSignal) => Promise<Ledger>
  readonly fetchTimeline: (sessionId: string, after: number, signal: AbortSignal) => Promise<TimelinePage>
  readonly runQuery: (sql: string, signal: AbortSignal) => Promise<QueryAnswer>
  readonly wait: (ms: number) => Promise<void>
}

/** As many as a browser keeps and scrolls through without effort. */
export const shownEvents = 500_000
/** While the session goes on. */
const pollMs = 2000

export function createRecording(sessionId: string, dialect: Dialect, ports: RecordingPorts = browserPorts): Recording {
  const { snapshot, subscribe, set } = createObservable<RecordingState>({ status: 'loading' })
  let running: AbortController | undefined

  return {
    snapshot,
    subscribe,
    start() {
      if (running) return
      running = new AbortController()
      const { signal } = running
      set({ status: 'loading' })
      record(signal).catch((error: unknown) => {
        if (signal.aborted) return
        if (snapshot().status === 'here') change({ progress: 'failed', fault: messageOf(error) })
        else if (error instanceof ApiError && error.status === 404) set({ status: 'unknown' })
        else set({ status: 'failed', message: messageOf(error) })
      })
    },
    stop() {
      running?.abort()
      running = undefined
    },
  }

  function change(part: Partial<Recorded>): void {
    const state = snapshot()
    if (state.status === 'here') set({ ...state, ...part })
  }

  async function record(signal: AbortSignal): Promise<void> {
    const onAway = () => (snapshot().status === 'here' ? change({ progress: 'away' }) : set({ status: 'away' }))
    const ask = async <Answer>(request: () => Promise<Answer>): Promise<Answer> => {
      const answered = () => reconnecting(request, onUnreachable, signal, ports.wait)
      const answer = await askAgain(answered, onAway, signal, ports.wait)
      // It was on its way when nobody wanted it any more.
      signal.throwIfAborted()
      return answer
    }
    let ledger = await ask(() => ports.fetchLedger(sessionId, signal))
    const columns = new EventColumns()
    set({ status: 'here', ledger, version: 0, columns, progress: 'loading', fault: undefined, ...noFields })
    const fields = createFieldReader(sessionId, columns, dialect, (sql) => ask(() => ports.runQuery(sql, signal)))
    for (;;) {
      const fetchAfter = (seq: number) => ask(() => ports.fetchTimeline(sessionId, seq, signal))
      const progress = await readTimeline(columns, fetchAfter, onPage)
      change({ progress, fault: undefined })
      try {
        await fields.read(change)
      } catch (error) {
        signal.throwIfAborted()
        change({ fault: messageOf(error) })
      }
      const before = ledger
      do {
        if (!ledger.open) return
        await ports.wait(pollMs)
        signal.throwIfAborted()
        ledger = await ask(() => ports.fetchLedger(sessionId, signal))
        change({ ledger, progress })
      } while (ledger.pushed === before.pushed && ledger.stored === before.stored)
    }
  }

  /** What is shown stays. False where nothing is. */
  function onUnreachable(): boolean {
    if (snapshot().status !== 'here') return false
    change({ progress: 'disconnected' })
    return true
  }

  function onPage(): void {
    const state = snapshot()
    if (state.status === 'here') change({ version: state.version + 1, progress: 'loading' })
  }
}

/** Goes on once somebody answers again, where `onUnreachable` says so. */
async function reconnecting<Answer>(
  request: () => Promise<Answer>,
  onUnreachable: () => boolean,
  signal: AbortSignal,
  wait: RecordingPorts['wait'],
): Promise<Answer> {
  for (;;) {
    try {
      return await request()
    } catch (error) {
      signal.throwIfAborted()
      if (!isUnreachable(error) || !onUnreachable()) throw error
    }
    await wait(pollMs)
    signal.throwIfAborted()
  }
}

/** What is behind the last event that is there. */
async function readTimeline(
  columns: EventColumns,
  fetchAfter: (seq: number) => Promise<TimelinePage>,
  onPage: () => void,
): Promise<'whole' | 'partly'> {
  for (;;) {
    const page = await fetchAfter(columns.length === 0 ? 0 : columns.seqAt(columns.length - 1))
    columns.append(page)
    onPage()
    if (page.next === null) return 'whole'
    if (columns.length >= shownEvents) return 'partly'
  }
}

const browserPorts: RecordingPorts = {
  fetchLedger,
  fetchTimeline,
  runQuery,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

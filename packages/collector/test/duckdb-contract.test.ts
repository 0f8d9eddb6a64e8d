import { expect, onTestFinished } from 'vitest'
import type { Operation } from '../src/commit/operation.ts'
import { createEventPages } from '../src/query/event-pages.ts'
import { createLabels } from '../src/query/labels.ts'
import { createLedgers } from '../src/query/ledgers.ts'
import { createSessionSearch } from '../src/query/session-search.ts'
import { createTimelines } from '../src/query/timelines.ts'
import { createDuckDBStore } from '../src/store/duckdb-store.ts'
import { aReadStore } from './read-store-harness.ts'
import { describeStore, positionAt, startMs } from './store-contract.ts'

describeStore('DuckDB', async () => {
  const read = await aReadStore()
  const { readers, sandbox } = read
  const store = await createDuckDBStore(read, { onCheckpoint() {}, onCheckpointFailure() {} })
  onTestFinished(() => store.close())
  const apply = async (operation: Operation) => {
    expect(await store.apply({ operation, position: positionAt(1000) })).toEqual({ kind: 'written' })
  }
  const asked = { id: 'asked', askedAtMs: startMs }
  return {
    store,
    forget: (sessionId) => apply({ ...asked, kind: 'forget', sessionIds: [sessionId] }),
    expire: (receivedBeforeMs) => apply({ ...asked, id: 'expired', kind: 'expire', receivedBeforeMs }),
    source: {
      search: createSessionSearch({ readers, openSessions: () => [] }),
      labels: createLabels(readers),
      ledgers: createLedgers({ readers, isOpen: () => false }),
      pages: createEventPages(readers),
      timelines: createTimelines(readers),
      sandbox,
    },
  }
})

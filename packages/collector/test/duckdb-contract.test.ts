import { onTestFinished } from 'vitest'
import { createEventPages } from '../src/query/event-pages.ts'
import { createLabels } from '../src/query/labels.ts'
import { createLedgers } from '../src/query/ledgers.ts'
import { createSessionSearch } from '../src/query/session-search.ts'
import { createTimelines } from '../src/query/timelines.ts'
import { createDuckDBStore } from '../src/store/duckdb-store.ts'
import { aReadStore } from './read-store-harness.ts'
import { describeStore } from './store-contract.ts'

describeStore('DuckDB', async () => {
  const read = await aReadStore()
  const { readers, sandbox } = read
  const store = await createDuckDBStore(read, { onCheckpoint() {}, onCheckpointFailure() {} })
  onTestFinished(() => store.close())
  return {
    store,
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

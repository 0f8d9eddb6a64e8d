/** Declares what the routes of the API read from, whichever database is behind it. */
import type { DumpWriter } from './dump/dump-writer.ts'
import type { EventPages } from './query/event-pages.ts'
import type { Labels } from './query/labels.ts'
import type { Ledgers } from './query/ledgers.ts'
import type { Sandbox } from './query/sandbox.ts'
import type { SessionSearch } from './query/session-search.ts'
import type { Timelines } from './query/timelines.ts'

/** All of it throws a {CollectorError}; `not_on_cluster` where its database is not asked that yet. */
export interface DataSource {
  readonly search: SessionSearch
  readonly labels: Labels
  readonly ledgers: Ledgers
  readonly pages: EventPages
  readonly timelines: Timelines
  readonly sandbox: Pick<Sandbox, 'answer' | 'validate'>
  readonly dumps: Pick<DumpWriter, 'write' | 'writeAnswer'>
}

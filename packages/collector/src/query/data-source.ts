/** Declares what the routes of the API read from, whichever database is behind it. */
import type { DumpWriter } from './dump-writer.ts'
import type { EventPages } from './event-pages.ts'
import type { Labels } from './labels.ts'
import type { Ledgers } from './ledgers.ts'
import type { Sandbox } from './sandbox.ts'
import type { SessionSearch } from './session-search.ts'
import type { Timelines } from './timelines.ts'

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

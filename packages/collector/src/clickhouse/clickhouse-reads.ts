/** Puts together what the routes of the API read out of ClickHouse. */
import type { DataSource } from '../data-source.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import type { Connection } from './connection.ts'
import { createEventPages } from './event-pages.ts'
import { createLabels } from './labels.ts'
import { createLedgers } from './ledgers.ts'
import { notOnCluster } from './not-on-cluster.ts'
import { createReader } from './reader.ts'
import { createSandbox } from './sandbox.ts'
import { createSessionSearch } from './session-search.ts'
import { createTimelines } from './timelines.ts'

export interface ClickHouseReadsOptions {
  readonly connection: Connection
  readonly limits: QueryLimits
  /** The collector's clock, in ms since 1970. */
  readonly wallMs: () => number
}

export function createClickHouseReads({ connection, limits, wallMs }: ClickHouseReadsOptions): DataSource {
  const reader = createReader(connection, limits)
  return {
    search: createSessionSearch(reader, wallMs),
    labels: createLabels(reader),
    ledgers: createLedgers(reader, wallMs),
    pages: createEventPages(reader, wallMs),
    timelines: createTimelines(reader),
    sandbox: createSandbox({ reader, database: connection.database, limits }),
    dumps: {
      async write() {
        throw notOnCluster("Dumps: use clickhouse-client's INTO OUTFILE")
      },
      async writeAnswer() {
        throw notOnCluster("Answers as Parquet: use clickhouse-client's INTO OUTFILE")
      },
    },
  }
}

/** Puts together what the routes of the API read out of ClickHouse. */
import type { EventDefinitions } from '@downlink/protocol'
import type { DataSource } from '../data-source.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import type { Connection } from './connection.ts'
import { createDumps } from './dumps.ts'
import { createEventPages } from './event-pages.ts'
import { createLabels } from './labels.ts'
import { createLedgers } from './ledgers.ts'
import { createReader } from './reader.ts'
import { createSandbox } from './sandbox.ts'
import { createSessionSearch } from './session-search.ts'
import { createTimelines } from './timelines.ts'

export interface ClickHouseReadsOptions {
  readonly connection: Connection
  /** As they are now. */
  readonly definitions: () => EventDefinitions
  readonly limits: QueryLimits
  /** The collector's clock, in ms since 1970. */
  readonly wallMs: () => number
  /** Where files that are asked for are kept until they are fetched. It is made when the first one is. */
  readonly folder: string
}

export function createClickHouseReads(options: ClickHouseReadsOptions): DataSource {
  const { connection, definitions, limits, wallMs, folder } = options
  const reader = createReader(connection, limits)
  const sandbox = createSandbox({ reader, database: connection.database, limits })
  return {
    search: createSessionSearch(reader, wallMs),
    labels: createLabels(reader),
    ledgers: createLedgers(reader, wallMs),
    pages: createEventPages(reader, wallMs),
    timelines: createTimelines(reader),
    sandbox,
    dumps: createDumps({ reader, sandbox, limits, definitions, folder }),
  }
}

/** Puts together what readers work with: relations, the hardened database, and the sandbox. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ViewDefinition } from './event-views.ts'
import { labelHistoryView } from './label-history.ts'
import { ledgersView } from './ledgers.ts'
import type { QueryLimits } from './query-limits.ts'
import { quoteText } from './quote.ts'
import { type ConnectionSource, createReaders, type Readers, type ReadersOptions } from './readers.ts'
import { createRelations } from './relations.ts'
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts'

export interface ReadStore {
  readonly readers: Readers
  readonly sandbox: Sandbox
  /** The view of a type that is defined, made where it was not. */
  viewOf(type: string): Promise<string | undefined>
  readonly limits: QueryLimits
}

/** What a watchdog of the process that reads needs to know, and to say. */
export type ReadWatch = Pick<ReadersOptions, 'onRun'> & Pick<SandboxOptions, 'isBanned'>

/** A read store in the making: the database has to be prepared before anybody connects to it. */
export interface ReadStorePlan {
  /** Locks the settings of the whole instance, the writer's too. After each opening. */
  prepare(connection: DuckDBConnection, writableFolders: readonly string[]): Promise<void>
  open(database: ConnectionSource, watch?: ReadWatch): ReadStore
}

/** @param loadViews is called once, by whoever reads first */
export function planReadStore(loadViews: () => Promise<readonly ViewDefinition[]>, limits: QueryLimits): ReadStorePlan {
  const relations = createRelations(loadViews)
  return {
    async prepare(connection, writableFolders) {
      relations.forget()
      await connection.run(ledgersView)
      await connection.run(labelHistoryView)
      await harden(connection, { writableFolders, spillMb: limits.spillMb })
    },
    open(database, { onRun, isBanned } = {}) {
      const readers = createReaders({ database, limits, ...(onRun && { onRun }) })
      const readable = () => relations.readable(database)
      return {
        readers,
        sandbox: createSandbox({ readers, limits, readable, ...(isBanned && { isBanned }) }),
        async viewOf(type) {
          const view = await relations.viewOf(type)
          if (view !== undefined) await readable()
          return view
        },
        limits,
      }
    },
  }
}

interface HardenOptions {
  /** All that the database may still write to. */
  readonly writableFolders: readonly string[]
  readonly spillMb: number
}

/**
 * Settings are the instance's, so they bind the writer too: call it once, after the tables are there.
 * The order matters: directories can't be allowed any more without external access, and nothing once locked.
 */
async function harden(connection: DuckDBConnection, options: HardenOptions): Promise<void> {
  const { writableFolders, spillMb } = options
  const settings = [
    // Else `now()`, dates and casts are those of the machine's zone, while all times here are UTC.
    "SET GLOBAL TimeZone = 'UTC'",
    // Otherwise one query may fill the disk that the next commit needs.
    `SET max_temp_directory_size = '${spillMb}MiB'`,
    'SET autoload_known_extensions = false',
    'SET autoinstall_known_extensions = false',
    'SET allow_community_extensions = false',
    `SET allowed_directories = [${writableFolders.map(quoteText).join(', ')}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]
  for (const setting of settings) await connection.run(setting)
}

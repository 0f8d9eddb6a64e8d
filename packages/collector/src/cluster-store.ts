/** Opens the store that the collectors and the sinks of a cluster share, with the port to it. */

import type { EventDefinitions } from '@downlink/protocol'
import type { ServerFigures } from './clickhouse/server-figures.ts'
import type { ClockWitnesses } from './clock-witnesses.ts'
import type { SharedStore } from './cluster-options.ts'
import type { OperationResult } from './commit/operation.ts'
import type { RecordSource } from './commit/record-source.ts'
import type { DataSource } from './data-source.ts'
import type { ExpirySlice } from './query/expiry-plan.ts'
import type { MatchingSession } from './query/matching-sessions.ts'
import type { QueryLimits } from './query/query-limits.ts'
import type { EventStore } from './sink/event-store.ts'

export interface ClusterStore {
  /** Whoever asks it has to know that all of a session is stored which the log no longer has. */
  readonly records: ClusterRecords
  /** For the sink of one partition of the log. Its positions have that name as their segment, and their offsets only grow. */
  partition(name: string): EventStore
  /**
   * How far each partition is stored; none where nothing of it is.
   *
   * @throws {CollectorError} `store_unavailable`
   */
  readPlaces(): Promise<ReadonlyMap<string, number>>
  /** Makes what is asked of event types, as they are defined now. Rejects where that can't be done now. */
  defineEvents(definitions: EventDefinitions): Promise<void>
  /**
   * The time by its server, and when the newest came of what is stored.
   *
   * @throws {CollectorError} `store_unavailable`
   */
  readTimes(): Promise<ClockWitnesses>
  /**
   * How its server stands.
   *
   * @throws {CollectorError} `store_unavailable`
   */
  readFigures(): Promise<ServerFigures>
  /** What `expire` would delete, a slice a day, the oldest first. Throws as that does. */
  planExpiry(receivedBeforeMs: number): Promise<readonly ExpirySlice[]>
  /**
   * Deletes what came on days that had ended by then, in UTC. Not to be done by two at once.
   *
   * @throws {CollectorError} `store_unavailable`: it is to be done again
   */
  expire(receivedBeforeMs: number): Promise<OperationResult>
  /**
   * The sessions that a condition picks, in the store's own SQL, by the labels that they have or ever had.
   *
   * @throws {CollectorError} as queries do
   */
  matchingSessions(condition: string, limits: QueryLimits): Promise<readonly MatchingSession[]>
  /**
   * Erases what is stored of sessions to which sinks have come as forgotten; without ids of all that ever were, in case that
   * a sink which was held up has written some of it once more.
   *
   * @throws {CollectorError} `store_unavailable`: it is to be done again
   */
  erase(sessionIds?: readonly string[]): Promise<OperationResult>
  /** What the routes of the API read. */
  source(options: SourceOptions): DataSource
  close(): Promise<void>
}

export interface SourceOptions {
  readonly limits: QueryLimits
  /** The collector's clock, in ms since 1970. */
  readonly wallMs: () => number
  /** Where files that are asked for are kept until they are fetched. */
  readonly folder: string
}

export interface ClusterRecords extends RecordSource {
  /** Hears that it can be asked again. @returns its unsubscribe */
  onUp(listener: () => void): () => void
}

/** @throws {CollectorError} `missing_package`, `bad_option`, `store_unavailable` */
export async function openClusterStore({ clickhouse: url, credentials }: SharedStore): Promise<ClusterStore> {
  const { openClickHouse } = await import('./clickhouse/open-clickhouse.ts')
  return openClickHouse({ url, credentials })
}

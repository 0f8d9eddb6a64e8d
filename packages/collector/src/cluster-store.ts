/** Opens the store that the collectors and the sinks of a cluster share, with the port to it. */
import type { RecordSource } from './commit/record-source.ts'
import { CollectorError } from './errors.ts'
import type { EventStore } from './sink/event-store.ts'

export interface ClusterStore {
  /** Whoever asks it has to know that all of a session is stored which the log no longer has. */
  readonly records: ClusterRecords
  /** For the sink of one partition of the log. Its positions have that name as their segment, and their offsets only grow. */
  partition(name: string): EventStore
  close(): Promise<void>
}

export interface ClusterRecords extends RecordSource {
  /** Hears that it can be asked again. @returns its unsubscribe */
  onUp(listener: () => void): () => void
}

/** @throws {CollectorError} `not_on_cluster` */
export async function openClusterStore(): Promise<ClusterStore> {
  throw new CollectorError('not_on_cluster', 'There is no store for a cluster yet.')
}

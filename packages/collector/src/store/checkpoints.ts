/**
 * Moves the write-ahead log into the database file, beside the commits.
 * DuckDB's own checkpoint runs within a commit, whose acks then wait for it; one on another connection makes nobody wait.
 */
import { statfsSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'

export interface Checkpoints {
  /** Tells, right after a commit, how many bytes the log has grown by, more or less. */
  grown(bytes: number): void
  /** Resolves once none is under way. */
  settled(): Promise<void>
}

export interface CheckpointsOptions {
  readonly connection: DuckDBConnection
  readonly folder: string
  /** Replay after a crash takes about 5 ms a MB. */
  readonly everyBytes: number
  readonly onFailure: (reason: string) => void
}

export function createCheckpoints({ connection, folder, everyBytes, onFailure }: CheckpointsOptions): Checkpoints {
  let bytesSince = 0
  let running: Promise<void> | undefined

  async function checkpoint(): Promise<void> {
    const bytes = bytesSince
    bytesSince = 0
    try {
      // It can't begin while a transaction writes, so it must be on its way before the next one is.
      await connection.run('CHECKPOINT')
    } catch (error) {
      bytesSince += bytes * retryShare
      onFailure(String(error))
    }
    running = undefined
  }

  return {
    grown(bytes) {
      bytesSince += bytes
      if (bytesSince >= everyBytes && hasRoom(folder, 2 * bytesSince)) running ??= checkpoint()
    },
    async settled() {
      await running
    },
  }
}

/** After a failure the log grows by the rest before the next try. */
const retryShare = 0.9

/** Out of disk, a commit only fails; a checkpoint ends the whole instance. */
function hasRoom(folder: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > bytes
}

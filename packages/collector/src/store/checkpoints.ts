/**
 * Moves the write-ahead log into the database file, beside the commits.
 * DuckDB's own checkpoint runs within a commit, whose acks then wait for it; one on another connection makes nobody wait.
 */
import { statfs } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'

export interface Checkpoints {
  /** Tells of bytes that the log has grown by, more or less. */
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
    try {
      // Out of disk, a commit only fails; a checkpoint ends the whole instance.
      const { bavail, bsize } = await statfs(folder)
      if (bavail * bsize > 2 * bytesSince) {
        bytesSince = 0
        await connection.run('CHECKPOINT')
      }
    } catch (error) {
      onFailure(String(error))
    }
    running = undefined
  }

  return {
    grown(bytes) {
      bytesSince += bytes
      if (bytesSince >= everyBytes) running ??= checkpoint()
    },
    async settled() {
      await running
    },
  }
}

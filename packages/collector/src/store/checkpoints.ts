/**
 * Moves the write-ahead log into the database file, beside the commits.
 * DuckDB's own checkpoint runs within a commit, whose acks then wait for it; one on another connection makes nobody wait.
 */
import type { DuckDBConnection } from '@duckdb/node-api'

export interface Checkpoints {
  /** Tells of bytes that the log has grown by, more or less. */
  grown(bytes: number): void
  /** Resolves once none is under way. */
  settled(): Promise<void>
}

/** @param everyBytes replay after a crash takes about 5 ms a MB */
export function createCheckpoints(
  connection: DuckDBConnection,
  everyBytes: number,
  onFailure: (reason: string) => void,
): Checkpoints {
  let bytesSince = 0
  let running: Promise<void> | undefined

  async function checkpoint(): Promise<void> {
    try {
      await connection.run('CHECKPOINT')
    } catch (error) {
      // The log only stays longer than it need: the next growth tries again.
      onFailure(String(error))
    }
    running = undefined
  }

  return {
    grown(bytes) {
      bytesSince += bytes
      if (running || bytesSince < everyBytes) return
      bytesSince = 0
      running = checkpoint()
    },
    async settled() {
      await running
    },
  }
}

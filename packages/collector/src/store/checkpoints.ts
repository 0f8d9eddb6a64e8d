/**
 * Moves the write-ahead log into the database file, beside the commits.
 * DuckDB's own checkpoint runs within a commit, whose acks then wait for it; one on another connection makes nobody wait.
 */
import { statfsSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Position } from '../log/read-log.ts'

export interface Checkpoints {
  /** Tells, right after a commit, how many bytes either log has grown by, more or less, and what the database holds. */
  grown(bytes: number, position: Position): void
  /** Resolves once none is under way. */
  settled(): Promise<void>
}

export interface CheckpointsOptions {
  readonly connection: DuckDBConnection
  readonly folder: string
  /** After each, before anybody is told. */
  readonly keepHeaders: () => Promise<void>
  /** Replay after a crash takes about 5 ms a MB. */
  readonly everyBytes: number
  /** Is a transaction under way? */
  readonly isWriting: () => boolean
  /** One has finished: the file holds everything before this position. */
  readonly onCheckpoint: (position: Position) => void
  readonly onCheckpointFailure: (reason: string) => void
}

export function createCheckpoints({
  connection,
  folder,
  keepHeaders,
  everyBytes,
  isWriting,
  onCheckpoint,
  onCheckpointFailure,
}: CheckpointsOptions): Checkpoints {
  let bytesSince = 0
  let latest: Position | undefined
  let running: Promise<void> | undefined

  /** @param position of the last commit before it begins: what is committed beside it may not be in the file */
  async function checkpoint(position: Position): Promise<void> {
    const bytes = bytesSince
    let hasFailed = false
    bytesSince = 0
    try {
      // It can't begin while a transaction writes, so it must be on its way before the next one is.
      await connection.run('CHECKPOINT')
      await keepHeaders()
      onCheckpoint(position)
    } catch (error) {
      hasFailed = true
      bytesSince += bytes * retryShare
      onCheckpointFailure(String(error))
    }
    running = undefined
    // Nothing more may come: a log at its bound waits for just this one.
    if (!hasFailed && !isWriting()) startIfDue()
  }

  function startIfDue(): void {
    if (!latest || bytesSince < everyBytes || !hasRoom(folder, 2 * bytesSince)) return
    running ??= checkpoint(latest)
  }

  return {
    grown(bytes, position) {
      bytesSince += bytes
      latest = position
      startIfDue()
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

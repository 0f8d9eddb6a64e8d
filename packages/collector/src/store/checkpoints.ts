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
  /**
   * Runs one, as soon as no transaction is under way. Resolves once it has finished; rejects where it fails.
   *
   * @param position what the database holds already; undefined where it holds nothing
   */
  demand(position: Position | undefined): Promise<void>
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
  let demands: Demand[] = []

  /** @param position of the last commit before it begins: what is committed beside it may not be in the file */
  async function checkpoint(position: Position): Promise<void> {
    const bytes = bytesSince
    const answered = demands
    let hasFailed = false
    bytesSince = 0
    demands = []
    try {
      // It can't begin while a transaction writes, so it must be on its way before the next one is.
      await connection.run('CHECKPOINT')
      await keepHeaders()
      onCheckpoint(position)
      for (const { resolve } of answered) resolve()
    } catch (error) {
      hasFailed = true
      for (const { reject } of answered) reject(error)
      bytesSince += bytes * retryShare
      onCheckpointFailure(String(error))
    }
    running = undefined
    // Nothing more may come: a log at its bound waits for just this one.
    if (!hasFailed && !isWriting()) startIfDue()
  }

  function startIfDue(): void {
    const isDue = bytesSince >= everyBytes || demands.length > 0
    if (!latest || !isDue || !hasRoom(folder, 2 * bytesSince)) return
    running ??= checkpoint(latest)
  }

  return {
    grown(bytes, position) {
      bytesSince += bytes
      latest = position
      startIfDue()
    },
    async demand(position) {
      latest ??= position
      if (!latest) return
      await new Promise<void>((resolve, reject) => {
        demands.push({ resolve, reject })
        if (!isWriting()) startIfDue()
      })
    },
    async settled() {
      await running
    },
  }
}

/** Somebody waits for a checkpoint that begins from now on. */
interface Demand {
  resolve(): void
  reject(error: unknown): void
}

/** After a failure the log grows by the rest before the next try. */
const retryShare = 0.9

/** Out of disk, a commit only fails; a checkpoint ends the whole instance. */
function hasRoom(folder: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > bytes
}

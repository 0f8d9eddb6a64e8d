/** Answers what the collector asks of its store process for itself, each question of the log as it was then. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CollectorError } from '../errors.ts'
import { planExpiry } from '../query/expiry-plan.ts'
import { findMatchingSessions } from '../query/matching-sessions.ts'
import type { Readers } from '../query/readers.ts'
import { readRejections } from '../query/rejections.ts'
import type { Sandbox } from '../query/sandbox.ts'
import type { Sink } from '../sink/sink.ts'
import type { DuckDBStore } from '../store/duckdb-store.ts'
import type { Database } from '../store/open-database.ts'
import type { CollectorState } from './collector-state.ts'
import type { Compaction, DatabaseCopy, StoreAnswers, StoreQuestion } from './messages.ts'

export interface AnswersOptions {
  readonly database: Pick<Database, 'copyFolder' | 'bytes'>
  readonly store: DuckDBStore
  readonly readers: Readers
  readonly sandbox: Pick<Sandbox, 'runWhere'>
  readonly sink: Pick<Sink, 'caughtUp'>
  readonly collector: Pick<CollectorState, 'received'>
}

/**
 * Answers as of an update.
 *
 * @throws {Error} where the store does not get there in time, or can't be read
 */
export type Answer = (question: StoreQuestion, update: number) => Promise<StoreAnswers[StoreQuestion['kind']]>

/** From one message of the collector's to the next. */
const waitMs = 5000

export function createAnswers({ database, store, readers, sandbox, sink, collector }: AnswersOptions): Answer {
  return async (question, update) => {
    if (question.kind === 'compact') return compact()
    // A store that was not told of what is asked for would take an older end of the log for the last one.
    const isCaughtUp = (await collector.received(update, waitMs)) && (await sink.caughtUp(waitMs))
    // A copy says itself how far it is.
    if (question.kind === 'copy') return copy()
    if (!isCaughtUp) throw tooSlow()
    if (question.kind === 'sessions') return store.readSessions(question.ids)
    if (question.kind === 'operation') return store.readOperation(question.id)
    if (question.kind === 'matching-sessions') return findMatchingSessions(sandbox, question.condition)
    if (question.kind === 'expiry-plan') return planExpiry(readers, question)
    if (question.kind === 'rejections') return readRejections(readers, question.after)
    return store.checkpoint()
  }

  async function copy(): Promise<DatabaseCopy> {
    const file = join(database.copyFolder, 'backup.duckdb')
    await rm(file, { force: true })
    await store.copyTo(file)
    return { file }
  }

  async function compact(): Promise<Compaction> {
    const bytesBefore = await database.bytes()
    await store.compact()
    return { bytesBefore, bytesAfter: await database.bytes() }
  }
}

const tooSlow = (): CollectorError =>
  new CollectorError('store_unavailable', `The store did not catch up with the log in ${waitMs} ms`)

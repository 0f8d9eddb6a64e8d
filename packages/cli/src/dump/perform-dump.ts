/** Performs a dump: writes its files one by one, and keeps those that are whole and can't have grown. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileError, writeAtomically } from '@downlink/artifacts/node'
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { retried } from '../retried.ts'
import { type DumpQuestion, type PlannedFile, planFiles } from './dump-plan.ts'
import { type DumpRecord, openDumpRecord, type RecordedFile } from './dump-record.ts'

export interface DumpOptions {
  readonly api: ApiClient
  readonly question: DumpQuestion
  /** Absolute. */
  readonly folder: string
  readonly onProgress: (progress: DumpProgress) => void
  /** Between attempts. @default a timer */
  readonly wait?: (ms: number) => Promise<unknown>
}

export interface DumpProgress {
  readonly name: string
  /** From 1. */
  readonly file: number
  readonly files: number
  /** Of this file, so far. */
  readonly bytes: number
}

export interface DumpedFile extends RecordedFile {
  readonly name: string
  readonly status: 'written' | 'kept'
}

export interface DumpSummary {
  readonly out: string
  /** Of all files, those that were kept among them. */
  readonly rows: number
  readonly bytes: number
  readonly files: readonly DumpedFile[]
  /** Written before their time was over, and what was missing then is no longer there. */
  readonly cut: readonly string[]
}

/** What was received in the last moment before midnight is acknowledged a moment after it. */
const closesAfterMs = 60_000

/** @throws {CliError} `other_dump`, and as the API client does; {ArtifactError} as writing does */
export async function performDump(options: DumpOptions): Promise<DumpSummary> {
  const { api, question, folder, onProgress, wait = sleep } = options
  const record = await openDumpRecord(folder, question)
  const plan = await retried(() => planFiles(question, api), wait)
  const files: DumpedFile[] = []
  for (const [at, planned] of plan.entries()) {
    const progress = { name: planned.name, file: at + 1, files: plan.length }
    onProgress({ ...progress, bytes: 0 })
    const isKept = await record.keeps(planned.name)
    const onBytes = (bytes: number): void => onProgress({ ...progress, bytes })
    if (!isKept) await record.add(planned.name, await retried(() => write(planned, onBytes), wait))
    files.push({ name: planned.name, status: isKept ? 'kept' : 'written', ...recorded(record, planned.name) })
  }
  return {
    out: folder,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files,
    cut: cutFiles(record, plan),
  }

  async function write({ name, parameters, untilMs }: PlannedFile, onBytes: (bytes: number) => void) {
    const { rows, asOfMs, body } = await api.dump(parameters)
    let bytes = 0
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of body) {
        bytes += piece.length
        onBytes(bytes)
        yield piece
      }
    }
    await writeAtomically(join(folder, name), counted()).catch((error: unknown) => {
      throw error instanceof CliError ? error : fileError(`Can't write ${join(folder, name)}`, error)
    })
    return { rows, bytes, isClosed: untilMs !== undefined && asOfMs >= untilMs + closesAfterMs }
  }
}

const recorded = ({ files }: DumpRecord, name: string): RecordedFile =>
  files.get(name) ?? { rows: 0, bytes: 0, isClosed: false }

/** Their rows have been deleted since, so that they are planned no more. */
function cutFiles({ files }: DumpRecord, plan: readonly PlannedFile[]): readonly string[] {
  const planned = new Set(plan.map(({ name }) => name))
  return [...files].filter(([name, { isClosed }]) => !isClosed && !planned.has(name)).map(([name]) => name)
}

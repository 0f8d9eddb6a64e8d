/** Sums up what an export came to, as the JSON on the last line of stdout and in the `--summary` file. */

import { resolve } from 'node:path'
import { type ExportMetrics, type PublishResult, type WrittenArtifact, withTimeout } from '@downlink/artifacts'
import { writeAtomically } from '@downlink/artifacts/node'
import { messageOf } from '@downlink/protocol'
import { onlyGiven } from '../flags.ts'
import { jsonLine } from '../output.ts'
import type { ExportFailure } from './failures.ts'
import type { Reporter } from './reporter.ts'
import { type ExportFlags, exportDefaults } from './settings.ts'

export interface ExportSummary {
  /** Whether nothing is in `failures`, whatever the exit code is. */
  readonly ok: boolean
  readonly artifacts: readonly SummaryArtifact[]
  readonly writers: readonly SummaryWriter[]
  /** Null where the export did not come so far. */
  readonly publish: PublishResult | null
  readonly failures: readonly ExportFailure[]
}

/** A file that was written. */
export interface SummaryArtifact {
  readonly filename: string
  /** Absolute. */
  readonly path?: string
  /** Of the file: after compression, if there was any. */
  readonly bytes: number
  /** Of the file, in lower-case hexadecimal. */
  readonly sha256?: string
  readonly mimeType: string
}

export interface SummaryWriter {
  readonly id: string
  readonly attempted: number
  readonly successes: number
  readonly failures: number
  readonly durationMs: number
}

export const emptySummary: ExportSummary = { ok: true, artifacts: [], writers: [], publish: null, failures: [] }

/** What the writers and the publisher say. */
export function summaryOf({ written, failures, writerSummaries, publish }: ExportMetrics): ExportSummary {
  const all: ExportFailure[] = [
    ...failures.map(({ code, message, writer, filename }) => ({
      stage: 'write' as const,
      code,
      message,
      writer,
      filename,
    })),
    ...(publish?.failures ?? []).map(({ code, message }) => ({ stage: 'publish' as const, code, message })),
  ]
  return {
    ok: all.length === 0,
    artifacts: written.map(summaryArtifact),
    writers: writerSummaries.map(({ id, attempted, successes, failures, durationMs }) => ({
      id,
      attempted,
      successes,
      failures,
      durationMs,
    })),
    publish: publish ?? null,
    failures: all,
  }
}

export const summaryArtifact = ({ filename, path, bytes, sha256, mimeType }: WrittenArtifact): SummaryArtifact => ({
  filename,
  ...onlyGiven({ path }),
  bytes,
  ...onlyGiven({ sha256 }),
  mimeType,
})

export const withFailure = (summary: ExportSummary, failure: ExportFailure): ExportSummary => ({
  ...summary,
  ok: false,
  failures: [...summary.failures, failure],
})

/** Writes the `--summary` file, whole or not at all. Never rejects: what it could not do is in the summary that it returns. */
export async function writeSummaryFile(
  summary: ExportSummary,
  { summary: file, timeoutMs }: ExportFlags,
  reporter: Reporter,
): Promise<ExportSummary> {
  if (file === undefined) return summary
  try {
    const limitMs = timeoutMs ?? exportDefaults.fileTimeoutMs
    await withTimeout(() => writeAtomically(resolve(file), jsonLine(summary)), limitMs)
    return summary
  } catch (error) {
    const message = `The summary can't be written to ${file}: ${messageOf(error)}`
    reporter.warn(message)
    return withFailure(summary, { stage: 'summary', code: 'summary_not_written', message })
  }
}

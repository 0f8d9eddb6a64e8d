/** The `--summary` file: the summary as it is printed, whole or not at all. */

import { resolve } from 'node:path'
import { withTimeout } from '@downlink/artifacts'
import { writeAtomically } from '@downlink/artifacts/node'
import { messageOf } from '@downlink/protocol'
import { jsonLine } from '../output.ts'
import type { Narrator } from './narrator.ts'
import { type ExportFlags, exportDefaults } from './settings.ts'
import { type ExportSummary, withFailure } from './summary.ts'

/** Never rejects: what it could not do is in the summary that it returns. */
export async function keepSummary(
  summary: ExportSummary,
  { summary: file, timeoutMs }: ExportFlags,
  narrator: Narrator,
): Promise<ExportSummary> {
  if (file === undefined) return summary
  try {
    const limitMs = timeoutMs ?? exportDefaults.fileTimeoutMs
    await withTimeout(() => writeAtomically(resolve(file), jsonLine(summary)), limitMs)
    return summary
  } catch (error) {
    const message = `The summary can't be written to ${file}: ${messageOf(error)}`
    narrator.warn(message)
    return withFailure(summary, { stage: 'summary', code: 'summary_not_written', message })
  }
}

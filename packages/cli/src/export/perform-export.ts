/** Performs an export in this process, from the flags to a summary. */

import { stageFailure } from './failures.ts'
import type { ExportPorts } from './ports.ts'
import type { Reporter } from './reporter.ts'
import { runExport } from './run-export.ts'
import { type ExportFlags, exportSettings } from './settings.ts'
import { type ExportSummary, emptySummary, withFailure, writeSummaryFile } from './summary.ts'
import { watchGame } from './watch-game.ts'

/** Never rejects: whatever happens is in the summary. */
export type PerformExport = (
  flags: ExportFlags,
  ports: ExportPorts,
  reporter: Reporter,
  /** The command line, for the secrets in it. */
  argv: readonly string[],
) => Promise<ExportSummary>

export const performExport: PerformExport = async (flags, ports, reporter) =>
  writeSummaryFile(safeSummary(await exportFlags(flags, ports, reporter), reporter), flags, reporter)

/** What a game or a program says may be in the messages, and whoever reads the summary prints them. */
const safeSummary = (summary: ExportSummary, { safe }: Reporter): ExportSummary => ({
  ...summary,
  failures: summary.failures.map((failure) => ({ ...failure, message: safe(failure.message) })),
})

async function exportFlags(flags: ExportFlags, ports: ExportPorts, reporter: Reporter): Promise<ExportSummary> {
  const interruption = ports.listenForInterruption()
  const game = watchGame(ports, reporter)
  try {
    const settings = exportSettings(flags, ports.variables, ports.clock)
    const running = runExport({ settings, ports, reporter, signal: interruption.signal })
    const summary = await Promise.race([running, game.idle])
    return game.uncaughtErrors().reduce(withFailure, summary)
  } catch (error) {
    reporter.error(error)
    return withFailure(emptySummary, stageFailure('usage', error))
  } finally {
    game.stopWatching()
    interruption.release()
  }
}

/** From the flags to a summary, in this process. */

import { keepSummary } from './keep-summary.ts'
import type { Narrator } from './narrator.ts'
import type { ExportPorts } from './ports.ts'
import { runExport } from './run-export.ts'
import { type ExportFlags, exportSettings } from './settings.ts'
import { type ExportSummary, emptySummary, failureOf, withFailure } from './summary.ts'
import { watchGame } from './watch-game.ts'

/** Never rejects: whatever happens is in the summary. */
export type PerformExport = (
  flags: ExportFlags,
  ports: ExportPorts,
  narrator: Narrator,
  /** The command line, for the secrets in it. */
  argv: readonly string[],
) => Promise<ExportSummary>

export const performExport: PerformExport = async (flags, ports, narrator) =>
  keepSummary(safeSummary(await exportFlags(flags, ports, narrator), narrator), flags, narrator)

/** What a game or a program says may be in the messages, and whoever reads the summary prints them. */
const safeSummary = (summary: ExportSummary, { safe }: Narrator): ExportSummary => ({
  ...summary,
  failures: summary.failures.map((failure) => ({ ...failure, message: safe(failure.message) })),
})

async function exportFlags(flags: ExportFlags, ports: ExportPorts, narrator: Narrator): Promise<ExportSummary> {
  const interruption = ports.listenForInterruption()
  const game = watchGame(ports, narrator)
  try {
    const settings = exportSettings(flags, ports.environment, ports.clock)
    const running = runExport({ settings, ports, narrator, signal: interruption.signal })
    const summary = await Promise.race([running, game.standstill])
    return game.strays().reduce(withFailure, summary)
  } catch (error) {
    narrator.fault(error)
    return withFailure(emptySummary, failureOf('usage', error))
  } finally {
    game.stopWatching()
    interruption.release()
  }
}

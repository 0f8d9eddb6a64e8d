/** `npm run export-telemetry` and `downlink export`: from the command line to an exit code and a summary. */
import { Command, CommanderError } from 'commander'
import { exportCommand } from './commands/export.ts'
import { createNarrator, type Narrator } from './export/narrator.ts'
import { type ExportPorts, processPorts } from './export/ports.ts'
import { runExport } from './export/run-export.ts'
import { type ExportFlags, exportDefaults, exportSettings } from './export/settings.ts'
import {
  type ExportFailure,
  type ExportSummary,
  emptySummary,
  exitCodeOfSummary,
  failureOf,
  withFailure,
} from './export/summary.ts'
import { watchGame } from './export/watch-game.ts'
import { writeSummary } from './export/write-summary.ts'
import { subcommand } from './subcommand.ts'

export interface ExportOutcome {
  readonly exitCode: number
  /** As it was printed. None where only help was asked for. */
  readonly summary?: ExportSummary
}

/**
 * Plays a mission, exports what the inspector sees of it, and publishes the files to CI. Prints the summary on stdout
 * as its last line. Never rejects, and ends no process.
 *
 * @param argv what follows `downlink export`
 * @param ports take the place of what it needs of the world. @default those of the process
 * @example const { exitCode, summary } = await runTelemetryExportTask(['--mission', 'cascade', '--artifactDir=./out'])
 */
export async function runTelemetryExportTask(
  argv: readonly string[],
  ports: Partial<ExportPorts> = {},
): Promise<ExportOutcome> {
  const all = { ...processPorts(), ...ports }
  const narrator = createNarrator(all.stderr, { environment: all.environment, verbose: argv.includes('--verbose') })
  const given = readFlags(argv, all)
  if (given.at === 'helped') {
    await print(given.help, all, narrator)
    return { exitCode: 0 }
  }
  const summary =
    given.at === 'read'
      ? await keepSummary(await exportWith(given.flags, all, narrator), given.flags.summary, narrator)
      : withFailure(emptySummary, given.failure)
  const isPrinted = await print(`${JSON.stringify(summary)}\n`, all, narrator)
  const failOn = given.at === 'read' ? given.flags.failOn : exportDefaults.failOn
  return { exitCode: isPrinted ? exitCodeOfSummary(summary, failOn) : 1, summary }
}

type GivenFlags =
  | { readonly at: 'helped'; readonly help: string }
  | { readonly at: 'read'; readonly flags: ExportFlags }
  | { readonly at: 'refused'; readonly failure: ExportFailure }

/** What is wrong with them is said on stderr. */
function readFlags(argv: readonly string[], { stderr }: ExportPorts): GivenFlags {
  let help = ''
  let flags: ExportFlags | undefined
  const command = exportCommand((read) => {
    flags = read
  })
  command.configureOutput({
    writeOut(text) {
      help += text
    },
    writeErr: (text) => void stderr.write(text),
    getErrHasColors: () => false,
  })
  try {
    new Command('downlink').addCommand(subcommand(command)).parse(['export', ...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { at: 'helped', help }
    const message = (error as Error).message.replace(/^error: /, '')
    return { at: 'refused', failure: { stage: 'usage', code: 'bad_usage', message } }
  }
  return flags === undefined ? { at: 'helped', help } : { at: 'read', flags }
}

async function exportWith(flags: ExportFlags, ports: ExportPorts, narrator: Narrator): Promise<ExportSummary> {
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

async function keepSummary(
  summary: ExportSummary,
  file: string | undefined,
  narrator: Narrator,
): Promise<ExportSummary> {
  if (file === undefined) return summary
  try {
    await writeSummary(file, `${JSON.stringify(summary)}\n`)
    return summary
  } catch (error) {
    const message = `The summary can't be written to ${file}: ${(error as Error).message}`
    narrator.warn(message)
    return withFailure(summary, { stage: 'summary', code: 'summary_not_written', message })
  }
}

/** @returns false where nobody can have read it. A reader that has seen enough, such as `head`, is no fault. */
async function print(text: string, { stdout }: ExportPorts, narrator: Narrator): Promise<boolean> {
  try {
    await stdout(text)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return true
    narrator.fault(error)
    return false
  }
}

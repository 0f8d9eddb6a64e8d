/** Performs `npm run export-telemetry` and `downlink export`: from the command line to an exit code and a summary. */

import { messageOf } from '@downlink/protocol'
import { Command, CommanderError } from 'commander'
import { exportCommand } from './commands/export.ts'
import { type ExportFailure, exitCodeOfFailures } from './export/failures.ts'
import { type PerformExport, performExport } from './export/perform-export.ts'
import { type ExportPorts, processPorts } from './export/ports.ts'
import { createReporter, type Reporter } from './export/reporter.ts'
import { type ExportFlags, exportDefaults } from './export/settings.ts'
import { type ExportSummary, emptySummary, withFailure } from './export/summary.ts'
import { subcommand } from './flags.ts'
import { createSafeText, jsonLine } from './output.ts'

export interface ExportOutcome {
  readonly exitCode: number
  /** As it was printed. None where only help was asked for. */
  readonly summary?: ExportSummary
}

/**
 * Plays a mission, exports what the inspector sees of it, and publishes the files to CI. Prints the summary on stdout
 * as its last line. Never rejects, and ends no process; but the game plays in this one, and may. The command plays it
 * in a process of its own.
 *
 * @param argv what follows `downlink export`
 * @param ports take the place of what it needs of the world. @default those of the process
 * @example const { exitCode, summary } = await runTelemetryExportTask(['--mission', 'cascade', '--artifactDir=./out'])
 */
export const runTelemetryExportTask = (
  argv: readonly string[],
  ports: Partial<ExportPorts> = {},
): Promise<ExportOutcome> => runExportTask(argv, { ...processPorts(), ...ports }, performExport)

/** @param perform does what the flags say, here or elsewhere */
export async function runExportTask(
  argv: readonly string[],
  ports: ExportPorts,
  perform: PerformExport,
): Promise<ExportOutcome> {
  const safe = createSafeText(ports.variables, argv)
  const verbose = argv.includes('--verbose')
  const reporter = createReporter(ports.stderr, { variables: ports.variables, verbose, safe })
  const given = readFlags(argv, reporter)
  if (given.kind === 'help') {
    await print(given.help, ports, reporter)
    return { exitCode: 0 }
  }
  const summary =
    given.kind === 'read'
      ? await perform(given.flags, ports, reporter, argv)
      : withFailure(emptySummary, { ...given.failure, message: safe(given.failure.message) })
  const isPrinted = await print(jsonLine(summary), ports, reporter)
  const failOn = given.kind === 'read' ? given.flags.failOn : exportDefaults.failOn
  return { exitCode: isPrinted ? exitCodeOfFailures(summary.failures, failOn) : 1, summary }
}

type GivenFlags =
  | { readonly kind: 'help'; readonly help: string }
  | { readonly kind: 'read'; readonly flags: ExportFlags }
  | { readonly kind: 'refused'; readonly failure: ExportFailure }

/** What is wrong with them is said on stderr. */
function readFlags(argv: readonly string[], reporter: Reporter): GivenFlags {
  let help = ''
  let flags: ExportFlags | undefined
  const command = exportCommand((read) => {
    flags = read
  })
  const program = new Command('downlink').addCommand(subcommand(command))
  command.configureOutput({
    writeOut(text) {
      help += text
    },
    writeErr: (text) => reporter.info(text.trimEnd()),
    getErrHasColors: () => false,
  })
  try {
    program.parse(['export', ...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { kind: 'help', help }
    if (!(error instanceof CommanderError)) reporter.error(error)
    const message = messageOf(error).replace(/^error: /, '')
    return { kind: 'refused', failure: { stage: 'usage', code: 'bad_usage', message } }
  }
  return flags === undefined ? { kind: 'help', help } : { kind: 'read', flags }
}

/** @returns false where nobody can have read it. A reader that has seen enough, such as `head`, is no fault. */
async function print(text: string, { stdout }: ExportPorts, reporter: Reporter): Promise<boolean> {
  try {
    await stdout(text)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return true
    reporter.error(error)
    return false
  }
}

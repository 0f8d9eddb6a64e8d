/** Runs the `downlink` command, and makes an exit code of each ending. */

import { processPorts } from './export/ports.ts'
import { superviseExport } from './export/supervise-export.ts'
import { describeFault, exitCodeOf } from './fault.ts'
import { endProcess, guardEnd, guardOutput } from './module-guard.ts'
import { processSafeText } from './output.ts'
import { runExportTask } from './telemetry-export-task.ts'

/** Runs the command and sets the exit code. Never rejects. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args
  if (name === 'export') return runExportCommand(rest)
  ignoreClosedPipes()
  const withStack = process.env.DEBUG !== undefined || args.includes('--verbose')
  const endWatch = guardEnd()
  const endGate = guardOutput(withStack)
  try {
    // An export needs none of it.
    const { createProgram } = await import('./program.ts')
    const program = await createProgram(name)
    await program.parseAsync(args, { from: 'user' })
    // A module may have set another.
    process.exitCode = 0
  } catch (error) {
    process.stderr.write(describeFault(error, { withStack, safe: processSafeText() }))
    process.exitCode = exitCodeOf(error)
  } finally {
    endGate()
    endWatch()
  }
}

/** It reads its flags itself: whatever is wrong with them, its last line is a summary. */
async function runExportCommand(args: readonly string[]): Promise<void> {
  process.stderr.on('error', () => {})
  const { exitCode } = await runExportTask(args, processPorts(), superviseExport)
  await new Promise((resolve) => process.stderr.write('', resolve))
  // What a writer or a game has left running must neither hold up the build nor change what was said.
  endProcess(exitCode)
}

/** A reader that has seen enough, such as `head`, closes our pipe; that is no fault of ours. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

/** Plays a mission and exports it, in a process of its own, for `superviseExport`. */

import type { TelemetryArtifactWriter } from '@downlink/artifacts'
import { createSafeText } from '../output.ts'
import { performExport } from './perform-export.ts'
import { type ExportPorts, processPorts } from './ports.ts'
import { createReporter } from './reporter.ts'
import { summaryArtifact } from './summary.ts'
import type { FromPlayer, ToPlayer } from './supervise-export.ts'

const toParent = process.send?.bind(process)
// A game that finds it would speak in our name, as programs that others have started do: `process.send('ready')`.
delete process.send

/** Texts on their way to stdout, by their number. */
const printing = new Map<number, (fault: Error | undefined) => void>()
let printed = 0

process.on('message', (message: ToPlayer) => {
  if (message.kind === 'begin') return void play(message)
  const { fault } = message
  printing.get(message.id)?.(fault && Object.assign(new Error(fault.message), { code: fault.code }))
})
// Nobody is left who would print the summary.
process.on('disconnect', () => process.exit())

async function play({ flags, argv, terminal }: ToPlayer & { kind: 'begin' }): Promise<void> {
  const ours = processPorts()
  const ports: ExportPorts = {
    ...ours,
    stdout: print,
    createWriter: (options) => reported(ours.createWriter(options)),
    stderr: { ...terminal, write: (text) => send({ kind: 'stderr', text }) },
  }
  // A game that waits for what can no longer happen shows by a process with nothing to wait for.
  process.channel?.unref()
  const { variables, stderr } = ports
  const safe = createSafeText(variables, argv)
  const reporter = createReporter(stderr, { variables, verbose: flags.verbose === true, safe })
  send({ kind: 'ended', summary: await performExport(flags, ports, reporter, argv) })
}

function send(message: FromPlayer): void {
  // That the parent has gone ends this process, not what could not be said to it.
  toParent?.(message, () => {})
}

/** Tells of each file at once: the game may end this process before the export is through. */
const reported = (writer: TelemetryArtifactWriter): TelemetryArtifactWriter => ({
  id: writer.id,
  async write(artifact, context) {
    const written = await writer.write(artifact, context)
    send({ kind: 'written', artifact: summaryArtifact(written) })
    return written
  },
})

async function print(text: string): Promise<void> {
  const id = printed++
  process.channel?.ref()
  const fault = await new Promise<Error | undefined>((resolve) => {
    printing.set(id, resolve)
    send({ kind: 'stdout', id, text })
  })
  printing.delete(id)
  if (printing.size === 0) process.channel?.unref()
  if (fault) throw fault
}

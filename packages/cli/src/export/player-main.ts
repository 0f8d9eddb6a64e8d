/** The process that plays a mission and exports it, for `superviseExport`. */
import { createSafeText } from '../output.ts'
import type { FromPlayer, ToPlayer } from './messages.ts'
import { createNarrator } from './narrator.ts'
import { performExport } from './perform-export.ts'
import { type ExportPorts, processPorts } from './ports.ts'

/** Texts on their way to stdout, by their number. */
const printing = new Map<number, (fault: Error | undefined) => void>()
let printed = 0

process.on('message', (message: ToPlayer) => {
  if (message.at === 'begin') return void play(message)
  const { fault } = message
  printing.get(message.id)?.(fault && Object.assign(new Error(fault.message), { code: fault.code }))
})
// Nobody is left who would print the summary.
process.on('disconnect', () => process.exit())

async function play({ flags, argv, terminal }: ToPlayer & { at: 'begin' }): Promise<void> {
  const ports: ExportPorts = {
    ...processPorts(),
    stdout: print,
    stderr: { ...terminal, write: (text) => send({ at: 'tell', text }) },
  }
  // A game that waits for what can no longer happen shows by a process with nothing to wait for.
  process.channel?.unref()
  const { environment, stderr } = ports
  const safe = createSafeText(environment, argv)
  const narrator = createNarrator(stderr, { environment, verbose: flags.verbose === true, safe })
  send({ at: 'ended', summary: await performExport(flags, ports, narrator, argv) })
}

function send(message: FromPlayer): void {
  process.send?.(message)
}

async function print(text: string): Promise<void> {
  const id = printed++
  process.channel?.ref()
  const fault = await new Promise<Error | undefined>((resolve) => {
    printing.set(id, resolve)
    send({ at: 'print', id, text })
  })
  printing.delete(id)
  if (printing.size === 0) process.channel?.unref()
  if (fault) throw fault
}

/** Runs `downlink tail`: prints events as they are committed, or the latest of a folder at rest. */
import { printableLine } from '@downlink/artifacts/node'
import type { LiveTail } from '@downlink/collector'
import { Command } from 'commander'
import pc from 'picocolors'
import type { ApiClient } from '../api-client.ts'
import { type ReadFlags, withReadAccess, withReadFlags } from '../api-flags.ts'
import { wholeNumber } from '../flags.ts'
import { untilInterrupted } from '../interruption.ts'
import { printJson, printLines, printMessage } from '../output.ts'

interface TailFlags extends ReadFlags {
  readonly lines: number
  readonly json?: true
}

const examples = `
Examples:
  downlink tail
  downlink tail --json | grep round_ended
  downlink tail --url https://telemetry.example --token T
  downlink tail --data ./.downlink --lines 100`

export function tailCommand(): Command {
  return withReadFlags(new Command('tail').description('follow events as they are committed'))
    .option('--lines <number>', 'with --data: how many of the latest', wholeNumber(1, 1000), 20)
    .option('--json', 'one object a line')
    .addHelpText('after', examples)
    .action(tail)
}

async function tail(flags: TailFlags): Promise<void> {
  const show = (tail: LiveTail): void => {
    if (flags.json) printJson([...tail.events, ...tail.rejected])
    else printLines(linesOf(tail))
    if (tail.lost > 0) printMessage(`… and ${tail.lost} more`)
  }
  await withReadAccess(flags, async (api) => {
    if (flags.data === undefined) await follow(api, show)
    else show({ events: await api.latest(flags.lines), rejected: [], lost: 0 })
  })
}

/** Until Ctrl-C, or until nobody reads any more. */
async function follow(api: ApiClient, show: (tail: LiveTail) => void): Promise<void> {
  const unread = new AbortController()
  process.stdout.once('error', () => unread.abort())
  const signal = AbortSignal.any([untilInterrupted(), unread.signal])
  try {
    for await (const tail of api.follow(signal)) show(tail)
    printMessage('The collector has ended.')
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** What was stored, and in red what was rejected, and why. */
const linesOf = ({ events, rejected }: LiveTail): string[] => [
  ...events.map((event) => lineOf(event, event.timestamp, pc.cyan, event.type, JSON.stringify(event.data) ?? '')),
  ...rejected.map((event) => lineOf(event, event.receivedAt, pc.red, event.code, event.message)),
]

const typeWidth = 16

/** In UTC. `12:04:31.120Z  bullet_fired      93a2b4c5:12  {"shipId":"red-1-4"}` */
function lineOf(
  { sessionId, seq }: { readonly sessionId: string; readonly seq: number },
  atMs: number,
  colour: (text: string) => string,
  name: string,
  text: string,
): string {
  const at = new Date(atMs).toISOString().slice(11)
  const source = printableLine(`${sessionId.slice(-8)}:${seq}`)
  return [pc.dim(at), colour(printableLine(name).padEnd(typeWidth)), pc.dim(source), printableLine(text)].join('  ')
}

/** Runs `downlink rejudge`, which stores what a schema rejected and a mended one accepts, through the collector that has it. */
import process from 'node:process'
import { Command } from 'commander'
import { type AdminFlags, withAdminAccess, withAdminFlags } from '../api-flags.ts'
import { CliError } from '../errors.ts'
import { filled } from '../export/values.ts'
import { counted, printJson, printLines, processSafeText } from '../output.ts'
import { createStatusLine } from '../status-line.ts'

interface RejudgeFlags extends AdminFlags {
  readonly type?: string
  readonly dryRun?: true
  readonly json?: true
}

/** As the collector answers it. */
interface Rejudged {
  readonly judged: number
  readonly events: number
  readonly counts: readonly { readonly type: string; readonly code: string; readonly events: number }[]
}

const notes = `
Events that a schema rejected keep their text. After the schema was mended, and the collector started with it, those that
it accepts are moved to where they belong: into their session, under their own sequence, with the time that they came.
What was rejected for the limits of the wire stays so.

Examples:
  downlink rejudge --dry-run                     counts what would be stored, by type and code
  downlink rejudge
  downlink rejudge --type bullet_hit
  downlink rejudge --data ./.downlink --schema ./events.ts`

export function rejudgeCommand(): Command {
  return withAdminFlags(new Command('rejudge').description('judge rejected events anew, after a schema was mended'))
    .option('--schema <module>', 'with --data: the event definitions; as for serve')
    .option('--type <type>', 'only events of this type', filled)
    .option('--dry-run', 'only count what would be stored')
    .option('--json', 'what was stored as one line of JSON')
    .addHelpText('after', notes)
    .action(rejudge)
}

/** @throws {CliError} `bad_usage`, and as the API client does */
async function rejudge(flags: RejudgeFlags): Promise<void> {
  const { type, dryRun = false, data, schema } = flags
  // Without definitions everything is accepted; a running collector has its own.
  if ((data === undefined) !== (schema === undefined)) {
    throw new CliError('bad_usage', 'Expected --data and --schema together, or neither', 'See: downlink rejudge --help')
  }
  const only = type === undefined ? '' : `&type=${encodeURIComponent(type)}`
  const status = createStatusLine(process.stderr)
  const rejudged = await withAdminAccess(flags, (api) =>
    api.change<{ readonly share: number; readonly events: number }, Rejudged>(
      'POST',
      `api/rejudge?dryRun=${dryRun}${only}`,
      ({ share, events }) => status.show(`judging: ${Math.floor(share * 100)} %, ${counted(events, 'event')}`),
    ),
  ).finally(status.clear)
  if (flags.json) return printJson([{ ...rejudged, dryRun }])
  const of = `of ${counted(rejudged.judged, 'rejected event')}`
  const amount = counted(rejudged.events, 'event')
  printLines([dryRun ? `It would store ${amount} ${of}. Nothing was changed.` : `Stored ${amount} ${of}.`])
  printLines(
    rejudged.counts.map(({ type: name, code, events }) => safe(`  ${counted(events, 'event')} of ${name}: ${code}`)),
  )
}

const safe = processSafeText()

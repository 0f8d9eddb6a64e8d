/** Runs `downlink forget`, which deletes all that is stored of sessions but for numbers, through the collector that has them. */
import process from 'node:process'
import type { KeptBackup } from '@downlink/collector'
import { Command } from 'commander'
import { type AdminFlags, withAdminAccess, withAdminFlags } from '../api-flags.ts'
import { CliError } from '../errors.ts'
import { filled } from '../export/values.ts'
import { counted, printJson, printLines, processSafeText } from '../output.ts'
import { isText } from '../sql-text.ts'
import { createStatusLine } from '../status-line.ts'

interface ForgetFlags extends AdminFlags {
  readonly session?: string
  readonly where?: string
  readonly yes?: true
  readonly json?: true
}

/** As the collector answers it. */
interface Forgotten {
  readonly sessions: number
  readonly events: number
  readonly rejected: number
  readonly files: readonly string[]
  readonly backups: readonly KeptBackup[]
  readonly sentTo: string | null
}

const notes = `
It is through once no file of the data folder holds anything of them but numbers: the log goes on in a new segment, the
database is rewritten, quarantined files are deleted. A session that is forgotten is refused from then on, unless the
collector runs with --forgotten-sessions restart: then its client goes on, and what it sends from then on is stored.
Backups of the collector's folder that were made before are named, with the day on which each is deleted where the
collector runs with serve --keep-backups 30d; else with how many newer ones it takes. Those that were moved elsewhere, and
dumps, are yours to delete. So is what serve --otlp has sent on before; what it had not is not sent any more.

On a cluster the condition is ClickHouse's SQL, and it is through once the rows are deleted and the log's messages erased.

Examples:
  downlink forget --where "labels->>'player' = 'x'"          counts the sessions
  downlink forget --where "labels->>'player' = 'x'" --yes
  downlink forget --session 0192… --yes
  downlink forget --where "JSONExtractString(labels, 'player') = 'x'"   on a cluster`

export function forgetCommand(): Command {
  return withAdminFlags(new Command('forget').description('delete all that is stored of a player'))
    .option('--session <id>', 'the session', filled)
    .option('--where <condition>', 'SQL over the table sessions; those that it picks', filled)
    .option('--yes', 'do it; else the sessions are only counted')
    .option('--json', 'what was forgotten as one line of JSON')
    .addHelpText('after', notes)
    .action(forget)
}

const stepTexts = {
  waiting:
    "waiting for the database, which is away or behind what was acknowledged; if it stays so, the collector's log says why",
  deleting: 'deleting what is stored',
  log: 'beginning the log anew',
  database: 'rewriting the database',
  files: 'deleting quarantined files',
  sinks: 'waiting until sinks have stored that; if it stays so, their logs say why',
  rows: 'deleting what is stored',
  messages: 'removing what the log still has',
} as const

/** @throws {CliError} `bad_usage`, and as the API client does */
async function forget(flags: ForgetFlags): Promise<void> {
  const { session, where, yes = false, json } = flags
  if ((session === undefined) === (where === undefined)) {
    throw new CliError('bad_usage', 'Expected either --session or --where', 'See: downlink forget --help')
  }
  const condition = where ?? isText('session_id', session ?? '')
  const status = createStatusLine(process.stderr)
  const forgotten = await withAdminAccess(flags, (api) =>
    api.change<{ readonly step: keyof typeof stepTexts }, Forgotten>(
      'POST',
      `api/forget?dryRun=${!yes}&where=${encodeURIComponent(condition)}`,
      ({ step }) => status.show(stepTexts[step]),
    ),
  ).finally(status.clear)
  if (json) return printJson([{ ...forgotten, dryRun: !yes }])
  const amount = `${counted(forgotten.sessions, 'session')}, ${counted(forgotten.events, 'stored event')}`
  if (!yes) return printLines([`It would forget ${amount}. Nothing was changed. To do it, add --yes.`])
  printLines([`Forgot ${amount}.`, ...forgotten.files.map((file) => safe(`Deleted: ${file}`))])
  printLines(forgotten.backups.map((backup) => safe(`A backup may still hold it: ${backup.path}. ${endOf(backup)}`)))
  const { sentTo } = forgotten
  if (sentTo !== null) printLines([safe(`What was sent to ${sentTo} before is out of reach: it is deleted there.`)])
}

function endOf({ deletedAt, deletedAfter, expectedAt }: KeptBackup): string {
  const day = expectedAt === null ? '' : ` (about ${dayOf(expectedAt)}, as they come now)`
  const number = deletedAfter === null ? undefined : `once ${counted(deletedAfter, 'newer one')} were made${day}`
  if (deletedAt !== null) return `It is deleted on ${dayOf(deletedAt)}${number ? `, or sooner: ${number}` : ''}.`
  return number ? `It is deleted ${number}.` : 'Nothing deletes it: that is yours to do.'
}

const dayOf = (ms: number): string => new Date(ms).toLocaleDateString('en-CA')

const safe = processSafeText()

/** Runs `downlink prune`, which deletes what is older than a time, through the collector that has it. */
import process from 'node:process'
import { Command } from 'commander'
import { type AdminFlags, withAdminAccess, withAdminFlags } from '../api-flags.ts'
import { CliError } from '../errors.ts'
import { duration } from '../flags.ts'
import { counted, printJson, printLines } from '../output.ts'
import { createStatusLine } from '../status-line.ts'

interface PruneFlags extends AdminFlags {
  /** Seconds. */
  readonly olderThan?: number
  readonly trustClock?: true
  readonly compact?: true
  readonly dryRun?: true
  readonly json?: true
}

interface Pruned {
  readonly events: number
  readonly rejected: number
  /** By how much the collector's clock is ahead of how long it has run, where events have aged by that. */
  readonly clockAheadMs: number
  readonly compaction?: { readonly bytesBefore: number; readonly bytesAfter: number }
}

const notes = `
Age is when the collector received an event, never a device's clock. Where the collector's own clock is suddenly more than
a day ahead of how long it has run, events age by that, as with serve --keep; --trust-clock goes by the clock. Sessions stay, and the counts of their ledgers:
what is deleted stands there as expired. The space is used again by what comes; the file does not get smaller.
With --compact the database is then rewritten into a new file, which takes its place: that gives the space back, and
needs room for the new file beside the old one. Events are taken meanwhile.
A collector that is started with serve --keep 30d does it by itself.

Examples:
  downlink prune --older-than 30d --dry-run      counts what would be deleted
  downlink prune --older-than 30d
  downlink prune --older-than 30d --compact
  downlink prune --compact                       gives back the space of what was deleted before
  downlink prune --older-than 12h --url https://telemetry.example --token T
  downlink prune --older-than 30d --data ./.downlink`

const tenYearsS = 315_360_000

export function pruneCommand(): Command {
  return withAdminFlags(new Command('prune').description('delete the events that are older than a time'))
    .option('--older-than <time>', 'such as 30d or 12h', duration(0, tenYearsS))
    .option('--trust-clock', 'go by the clock also where it is far ahead of how long the collector has run')
    .option('--compact', 'then rewrite the database, so that it is as small as what it holds')
    .option('--dry-run', 'only count what would be deleted')
    .option('--json', 'what was deleted as one line of JSON')
    .addHelpText('after', notes)
    .action(prune)
}

async function prune(flags: PruneFlags): Promise<void> {
  const { olderThan, trustClock = false, compact = false, dryRun = false } = flags
  if (olderThan === undefined && !compact) {
    throw new CliError('bad_usage', 'Expected --older-than, --compact or both', 'See: downlink prune --help')
  }
  const status = createStatusLine(process.stderr)
  const age = olderThan === undefined ? '' : `olderThanMs=${olderThan * 1000}&`
  if (compact && !dryRun) status.show('rewriting the database')
  const pruned = await withAdminAccess(flags, (api) =>
    api.change<Pruned & { readonly share: number }, Pruned>(
      'POST',
      `api/prune?${age}trustClock=${trustClock}&compact=${compact}&dryRun=${dryRun}`,
      ({ share, events }) => status.show(`deleting: ${Math.floor(share * 100)} %, ${counted(events, 'event')}`),
    ),
  ).finally(status.clear)
  if (flags.json) return printJson([{ ...pruned, dryRun }])
  const amount = `${counted(pruned.events, 'event')} and ${counted(pruned.rejected, 'rejected event')}`
  if (olderThan !== undefined) {
    printLines([dryRun ? `It would delete ${amount}. Nothing was changed.` : `Deleted ${amount}.`])
    if (pruned.clockAheadMs > 0) printLines([clockNote(pruned.clockAheadMs)])
  }
  if (!compact) return
  const { compaction } = pruned
  printLines([
    compaction
      ? `The database took ${megabytes(compaction.bytesBefore)}, and takes ${megabytes(compaction.bytesAfter)}.`
      : 'It would rewrite the database.',
  ])
}

const dayMs = 86_400_000

const clockNote = (aheadMs: number): string =>
  `The collector's clock is ${(aheadMs / dayMs).toFixed(1)} days ahead of how long it has run, and events aged by that. If it is right: --trust-clock.`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

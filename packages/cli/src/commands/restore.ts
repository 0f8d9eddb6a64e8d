/** Runs `downlink restore`, which puts a backup in the place of a database at rest. */
import process from 'node:process'
import { Command } from 'commander'
import { dataOption } from '../data-folder.ts'
import { onlyGiven } from '../flags.ts'
import { printJson, printLines, processSafeText } from '../output.ts'
import { createStatusLine } from '../status-line.ts'

interface RestoreFlags {
  readonly data: string
  readonly discard?: true
  readonly json?: true
}

const notes = `
The collector of the folder has to be stopped. The backup is compared with its manifest and opened first; then the
database that is there is set aside as downlink.duckdb.replaced-<time>, the backup takes its place, and the log is read
from where the backup stands, as far as it has that still. What neither has counts as missing, session by session; of
sessions whose events only their clients know, once those come back.

Exit codes: 0 restored, 1 refused, and then nothing is changed, 2 wrong usage.

Examples:
  downlink restore .downlink/backups/downlink-20261128T031500Z
  downlink restore /mnt/backups/downlink-20261128T031500Z --data /var/lib/downlink`

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup in the place of a database at rest')
    .argument('<backup>', 'the folder of a backup')
    .addOption(dataOption('where a collector has its data, or is to have it'))
    .option('--discard', 'delete the database that is there, once the backup is in its place')
    .option('--json', 'what was done as one line of JSON')
    .addHelpText('after', notes)
    .action(restore)
}

async function restore(backup: string, { data, discard, json }: RestoreFlags): Promise<void> {
  // Only here: every other command starts without the database in its process.
  const { restoreBackup } = await import('@downlink/collector/doctor')
  const status = createStatusLine(process.stderr)
  const restored = await restoreBackup(backup, data, {
    ...onlyGiven({ discard }),
    onProgress: (what, share) =>
      status.show(`reading the ${what === 'log' ? 'log' : 'database'}: ${Math.floor(share * 100)} %`),
  }).finally(status.clear)
  const { setAside, discarded, lost, lostEvents } = restored
  if (json) return printJson([restored])
  printLines([safe(`Restored ${restored.backup.path}, of ${restored.backup.manifest.createdAt}.`)])
  printLines(discarded.map((path) => safe(`Deleted: ${path}`)))
  printLines(setAside.map((path) => safe(`Set aside: ${path}`)))
  if (lostEvents === 0)
    return printLines([
      'Nothing that the log tells of is missing. What only its clients know of shows once they come back.',
    ])
  const events = `${lostEvents.toLocaleString('en')} event${lostEvents === 1 ? '' : 's'}`
  printLines([
    `${events} of ${lost.length} session${lost.length === 1 ? '' : 's'} are missing: FROM ledgers WHERE missing > 0.`,
  ])
}

const safe = processSafeText()

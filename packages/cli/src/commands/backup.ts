/** Runs `downlink backup`, which copies the database of a collector while it runs. */
import { existsSync } from 'node:fs'
import process from 'node:process'
import type { Backup } from '@downlink/collector/doctor'
import { Command } from 'commander'
import { type AdminFlags, withAdminAccess, withAdminFlags } from '../api-flags.ts'
import { CliError } from '../errors.ts'
import { wholeNumber } from '../flags.ts'
import { printJson, printLines, processSafeText } from '../output.ts'
import { createStatusLine } from '../status-line.ts'

interface BackupFlags extends AdminFlags {
  readonly keep?: number
  readonly json?: true
}

interface MadeBackup extends Backup {
  readonly removed: readonly string[]
}

const notes = `
The collector copies its database as it is at one moment, opens the copy, reads all of it, and puts it with a manifest
into its folder of backups: <data>/backups, or what serve --backups names. Events are taken meanwhile.
With a folder the backup is then moved there by this command, which has to run on the collector's machine. A backup that
was cut short has no manifest, and is removed by the next one.

Examples:
  downlink backup                                into the collector's own folder
  downlink backup /mnt/backups --keep 14         and there the fourteen newest are kept
  downlink backup /mnt/backups --data ./.downlink
  downlink restore /mnt/backups/downlink-20261128T031500Z --data ./.downlink`

export function backupCommand(): Command {
  return withAdminFlags(
    new Command('backup')
      .description('back up the database of a collector that runs')
      .argument('[folder]', "where the backup goes; else the collector's own folder of backups"),
  )
    .option(
      '--keep <number>',
      'how many backups are kept (default: 7; of a folder that is named, all)',
      wholeNumber(1, 10_000),
    )
    .option('--json', 'what was made as one line of JSON')
    .addHelpText('after', notes)
    .action(backup)
}

async function backup(folder: string | undefined, flags: BackupFlags): Promise<void> {
  const status = createStatusLine(process.stderr)
  const keep = folder === undefined ? flags.keep : await keepsAll()
  const made = await withAdminAccess(flags, async (api) => {
    const result = await api.change<{ readonly step: string; readonly share: number }, MadeBackup>(
      'POST',
      keep === undefined ? 'api/backup' : `api/backup?keep=${keep}`,
      ({ step, share }) => status.show(`${step} the database: ${Math.floor(share * 100)} %`),
    )
    return folder === undefined ? result : moved(result, folder, flags.keep)
  }).finally(status.clear)
  if (flags.json) return printJson([made])
  const { tables, bytes } = made.manifest
  const rows = Object.entries(tables).map(
    ([table, count]) => `${count.toLocaleString('en')} ${table.replace('_', ' ')}`,
  )
  printLines([safe(made.path), `${(bytes / 1e6).toFixed(1)} MB, verified: ${rows.join(', ')}`])
  printLines(made.removed.map((path) => safe(`Removed: ${path}`)))
}

/** What is to be moved away must not push another out. */
const keepsAll = async (): Promise<number> => (await import('@downlink/collector/doctor')).allBackups

async function moved(made: MadeBackup, folder: string, keep: number | undefined): Promise<MadeBackup> {
  if (!existsSync(made.path)) {
    const advice = `The backup is whole, on the collector's machine: ${made.path}`
    throw new CliError('refused', `There is no ${made.path} here to be moved to ${folder}`, advice)
  }
  const { keepNewest, moveBackup } = await import('@downlink/collector/doctor')
  const path = await moveBackup(made, folder)
  return { ...made, path, removed: keep === undefined ? [] : await keepNewest(folder, keep) }
}

const safe = processSafeText()

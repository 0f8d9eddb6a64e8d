/** Runs `downlink doctor`, which examines a data folder at rest, and repairs it where it is told to. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Diagnosis, Finding, Repair } from '@downlink/collector/doctor'
import { Command } from 'commander'
import pc from 'picocolors'
import { dataOption } from '../data-folder.ts'
import { CliError } from '../errors.ts'
import { printJson, printLines, processSafeText } from '../output.ts'
import { createStatusLine, type StatusLine } from '../status-line.ts'

interface DoctorFlags {
  readonly data: string
  readonly json?: true
  readonly repair?: true
  readonly from?: string
  readonly yes?: true
}

const notes = `
It reads all of the log and of the database, and compares each session's ledger with its events. It changes nothing
without --repair --yes, and then it deletes nothing: what it replaces is quarantined as *.corrupt-<time>.
A folder that a collector has open is left alone: ask that one, at /readyz, /metrics and with downlink query.

Exit codes: 0 sound, 1 damaged or in use, 2 wrong usage. With --repair --yes: 0 once the database is sound.

Examples:
  downlink doctor
  downlink doctor --data /var/lib/downlink --json
  downlink doctor --repair                       what a repair would do
  downlink doctor --repair --yes
  downlink doctor --repair --from backup/downlink.duckdb --yes`

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('examine a data folder at rest, and repair it')
    .addOption(dataOption('where a collector has its data'))
    .option('--json', 'what was found as one line of JSON')
    .option('--repair', 'say what a repair would do; with --yes, do it')
    .option('--from <file>', 'with --repair: an older copy of the database, to go on from')
    .option('--yes', 'with --repair: do it')
    .addHelpText('after', notes)
    .action(doctor)
}

/** @throws {CliError} `bad_usage`, `no_data`, `damaged`, `data_in_use`; {CollectorError} as `repair` does */
async function doctor(flags: DoctorFlags): Promise<void> {
  checkUsage(flags)
  // Only here: every other command starts without the database in its process.
  const { diagnose, planRepair, repair } = await import('@downlink/collector/doctor')
  const status = createStatusLine(process.stderr)
  const diagnosis = await diagnose(flags.data, { onProgress: (what, share) => showProgress(status, what, share) })
  status.clear()
  if (diagnosis.status === 'in_use') {
    if (flags.json) printJson([diagnosis])
    throw new CliError(
      'data_in_use',
      `A collector has ${diagnosis.data} open`,
      'Ask that one how it is: GET /readyz and /metrics, or downlink query "FROM ledgers" --url. Stop it to examine its folder.',
    )
  }
  const plan = flags.repair ? planRepair(diagnosis, flags.from) : []
  if (!flags.yes || plan.length === 0) return conclude(flags, diagnosis, plan)
  if (!flags.json) printLines(diagnosis.findings.map(findingText))
  const repaired = await repair(flags.data, {
    from: flags.from,
    onProgress: (what, share) => showProgress(status, what, share),
  })
  status.clear()
  concludeRepair(flags, repaired)
}

function checkUsage({ data, from, yes, repair: isRepair }: DoctorFlags): void {
  if (!isRepair && (from !== undefined || yes)) {
    throw new CliError('bad_usage', 'Expected --repair beside --from and --yes', 'See: downlink doctor --help')
  }
  if (from !== undefined && !existsSync(from)) {
    throw new CliError('bad_usage', `Expected --from to name a file, got ${from}`, 'Name a copy of downlink.duckdb.')
  }
  if (!['downlink.duckdb', 'downlink.duckdb.rebuilt', 'log'].some((name) => existsSync(join(data, name)))) {
    const advice = 'Name the folder that a collector had as --data.'
    throw new CliError('no_data', `There is no database and no log in ${resolve(data)}`, advice)
  }
}

function conclude({ json, repair: isRepair, yes }: DoctorFlags, diagnosis: Diagnosis, plan: readonly string[]): void {
  const isDamaged = diagnosis.status === 'damaged'
  if (json) printJson([isRepair ? { ...diagnosis, plan } : diagnosis])
  else {
    printLines(diagnosis.findings.map(findingText))
    if (isRepair && plan.length === 0) printLines(['', 'There is nothing to repair in the database.'])
    if (plan.length > 0) {
      printLines(['', 'A repair would:', ...plan.map((step, at) => `  ${at + 1}. ${step}`), ''])
      printLines(['Nothing was changed. To do it, add --yes.'])
    }
  }
  if (!isDamaged || (yes && plan.length === 0 && isDatabaseSound(diagnosis))) return
  const advice = isRepair
    ? 'See above.'
    : 'What a repair would do: downlink doctor --repair. A collector started on this folder goes on with what is sound.'
  throw new CliError('damaged', 'The folder is damaged', advice)
}

function concludeRepair({ json }: DoctorFlags, repaired: Repair): void {
  const { after, quarantined, lost, lostEvents } = repaired
  if (json) printJson([repaired])
  else {
    printLines(['', 'Afterwards:', ...after.findings.map(findingText), ''])
    printLines(quarantined.map((path) => safe(`Quarantined: ${path}`)))
    printLines([lostEvents === 0 ? 'Nothing is lost.' : `${events(lostEvents)} can't come back:`])
    printLines(lost.map((loss) => safe(`  ${events(loss.events)} of session ${loss.sessionId}`)))
  }
  if (isDatabaseSound(after)) return
  throw new CliError(
    'damaged',
    'The database is still damaged',
    'Go on from an older copy: --repair --from FILE --yes.',
  )
}

/** Damage of the log stays in it until the collector no longer needs the segment. */
const isDatabaseSound = ({ findings }: Diagnosis): boolean =>
  findings.every(({ level, code }) => level !== 'fault' || code === 'log_damaged' || code === 'log_missing_segment')

const safe = processSafeText()

const events = (amount: number): string => `${amount.toLocaleString('en')} event${amount === 1 ? '' : 's'}`

function findingText({ level, text, advice }: Finding): string {
  const { green, yellow, red, dim } = pc.createColors(process.stdout.isTTY === true)
  const sign = { sound: green('ok  '), note: yellow('note'), fault: red('bad ') }[level]
  return advice ? `${sign}  ${safe(text)}\n      ${dim(safe(advice))}` : `${sign}  ${safe(text)}`
}

const wording = {
  log: 'reading the log',
  database: 'reading the database',
  rebuild: 'rebuilding the database',
} as const

const showProgress = (status: StatusLine, what: keyof typeof wording, share: number): void =>
  status.show(`${wording[what]}: ${Math.floor(share * 100)} %`)

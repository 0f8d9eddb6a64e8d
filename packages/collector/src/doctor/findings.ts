/** Says in words what an examination came to. Pure. */
import type { Position } from '../log/read-log.ts'
import { isDiscarded } from '../store/recovery/quarantine.ts'
import type { DatabaseExamination, DatabaseReport, LedgerFault, LedgerReport } from './examine-database.ts'
import type { FolderExamination } from './examine-folder.ts'
import type { LogReport } from './examine-log.ts'
import type { OtlpExamination } from './examine-otlp.ts'

export interface Finding {
  readonly code: FindingCode
  /** A `fault` is damage, or about to be; a `note` is worth knowing. */
  readonly level: 'fault' | 'note' | 'sound'
  readonly text: string
  /** What to do about it; a repair is meant where nothing else is said. */
  readonly advice?: string
}

export type FindingCode =
  | 'log'
  | 'log_damaged'
  | 'log_missing_segment'
  | 'log_newer'
  | 'database'
  | 'database_missing'
  | 'database_unreadable'
  | 'database_unusable'
  | 'headers_damaged'
  | 'blocks_damaged'
  | 'behind_log'
  | 'ledgers'
  | 'ledger_fault'
  | 'events_missing'
  | 'summary_fault'
  | 'quarantined'
  | 'unfinished_rebuild'
  | 'exports_left'
  | 'low_space'
  | 'otlp'
  | 'otlp_unreadable'
  | 'otlp_gap'

type Log = Omit<LogReport, 'holds'>

export function describeLog(log: Log): readonly Finding[] {
  if (log.unreadable !== undefined) return [{ code: 'log_newer', level: 'fault', text: log.unreadable, advice: '' }]
  const findings: Finding[] = [
    {
      code: 'log',
      level: 'sound',
      text: `The log: ${count(log.segments, 'segment')}, ${size(log.bytes)}, ${count(log.entries, 'sound entry', 'sound entries')}.`,
    },
  ]
  for (const { segment, bytes, isTail, sessions } of log.damage) {
    const where = isTail ? 'at the end of' : 'in'
    findings.push({
      code: 'log_damaged',
      level: 'fault',
      text: `${size(bytes)} ${where} segment ${segment} hold nothing sound.${sessionsText(sessions)}`,
      advice: isTail
        ? 'The machine stopped in the midst of a write, or these bytes were damaged since. They are stepped over.'
        : 'They are stepped over. What only they held counts as missing once its session is heard of again.',
    })
  }
  for (const id of log.missingSegments) {
    findings.push({
      code: 'log_missing_segment',
      level: 'fault',
      text: `Segment ${id} of the log is missing.`,
      advice: 'Put it back if there is a copy; else what only it held counts as missing.',
    })
  }
  for (const segment of log.damagedHeads) {
    const text = `The head of segment ${segment} is damaged; its entries are found without it.`
    findings.push({ code: 'log_damaged', level: 'note', text })
  }
  return findings
}

export function describeDatabase(
  database: DatabaseExamination,
  log: Log,
  holds: (position: Position) => boolean,
): readonly Finding[] {
  if (database.kind === 'none') {
    const level = log.entries > 0 ? 'fault' : 'note'
    const text = 'There is no database: it is made anew from what the log has.'
    return [{ code: 'database_missing', level, text }]
  }
  const { bytes, walBytes, result, hasSoundHeaders } = database
  const findings: Finding[] = []
  if (!hasSoundHeaders) {
    findings.push({ code: 'headers_damaged', level: 'fault', text: 'A header of the database is damaged.' })
  }
  if (result.kind !== 'sound') {
    const code = result.kind === 'corrupt' ? 'database_unreadable' : 'database_unusable'
    const advice = result.kind === 'corrupt' ? {} : { advice: 'Nothing is known to be wrong with the file itself.' }
    return [...findings, { code, level: 'fault', text: `The database can't be opened: ${result.reason}`, ...advice }]
  }
  const { tables, position, ledgers } = result.answer
  const walText = walBytes > 0 ? `, and ${size(walBytes)} of write-ahead log` : ''
  findings.push({
    code: 'database',
    level: 'sound',
    text: `The database: ${size(bytes)}${walText}; ${rowsText(tables)}.`,
  })
  for (const { table, unreadableRows } of tables) {
    if (unreadableRows === 0) continue
    const text = `Blocks of ${table} are damaged: up to ${count(unreadableRows, 'row')} can't be read.`
    findings.push({ code: 'blocks_damaged', level: 'fault', text })
  }
  if (position && log.entries > 0 && !holds(position)) {
    findings.push({
      code: 'behind_log',
      level: 'note',
      text: 'The database stands at a place that the log does not have: one of the two is an older copy, or the log was lost.',
      advice: 'At the next start all of the log is read again; what neither has counts as missing.',
    })
  }
  if (ledgers) findings.push(...describeLedgers(ledgers))
  return findings
}

function describeLedgers(report: LedgerReport): readonly Finding[] {
  const { sessions, missing, faults, faultCount, wrongSummaries, wrongSummaryCount } = report
  const findings: Finding[] = []
  if (faultCount === 0) {
    findings.push({ code: 'ledgers', level: 'sound', text: `The ledgers of ${count(sessions, 'session')} add up.` })
  }
  for (const fault of faults) findings.push({ code: 'ledger_fault', level: 'fault', text: faultText(fault) })
  if (faultCount > faults.length) {
    const text = `The ledgers of ${count(faultCount - faults.length, 'other session')} don't add up either.`
    findings.push({ code: 'ledger_fault', level: 'fault', text })
  }
  if (wrongSummaryCount > 0) {
    const named = wrongSummaries.slice(0, 10).join(', ')
    const others = wrongSummaryCount > 10 ? ` and ${count(wrongSummaryCount - 10, 'other')}` : ''
    findings.push({
      code: 'summary_fault',
      level: 'fault',
      text: `What the rows of ${count(wrongSummaryCount, 'session')} tell of their events (error_events, first_event, last_event) is not what these come to: ${named}${others}.`,
    })
  }
  if (missing > 0) {
    const text = `${count(missing, 'event')} of all sessions ${missing === 1 ? 'is' : 'are'} missing, and counted so.`
    findings.push({ code: 'events_missing', level: 'note', text, advice: 'Which: FROM ledgers WHERE missing > 0.' })
  }
  return findings
}

function faultText({ sessionId, committedSeq, stored, rows, twice, highest, unaccounted }: LedgerFault): string {
  const parts: string[] = []
  if (stored !== rows) parts.push(`counts ${count(stored, 'stored event')}, and has ${rows}`)
  if (twice > 0) parts.push(`has ${count(twice, 'sequence')} twice`)
  if (highest > committedSeq) parts.push(`has sequence ${highest}, beyond its committed sequence ${committedSeq}`)
  if (unaccounted !== 0) parts.push(`accounts for ${committedSeq - unaccounted} of ${count(committedSeq, 'sequence')}`)
  return `The ledger of session ${sessionId} ${parts.join(', ')}.`
}

const discardedNote = ['was to be deleted by a restore that was cut short', 'The next start deletes it.'] as const
const quarantinedAdvice = 'Keep it until you know what it held; then it can be deleted.'
const whyQuarantined = (name: string): string =>
  name.includes('.replaced-') ? 'was set aside by a restore' : 'was quarantined as damaged'

export function describeFolder(around: FolderExamination): readonly Finding[] {
  const findings: Finding[] = []
  for (const { name, bytes } of around.quarantined) {
    const [why, advice] = isDiscarded(name) ? discardedNote : [whyQuarantined(name), quarantinedAdvice]
    findings.push({ code: 'quarantined', level: 'note', text: `${name} (${size(bytes)}) ${why}.`, advice })
  }
  if (around.unfinishedRebuild) {
    const text = 'A rebuild of the database was cut short; the next start, or a repair, takes it up.'
    findings.push({ code: 'unfinished_rebuild', level: 'fault', text })
  }
  if (around.exports > 0) {
    const text = `${count(around.exports, 'file')} of dumps that were cut short; the next start deletes them.`
    findings.push({ code: 'exports_left', level: 'note', text })
  }
  if (around.freeBytes < around.neededBytes) {
    findings.push({
      code: 'low_space',
      level: 'fault',
      text: `${size(around.freeBytes)} are free, and ${size(around.neededBytes)} are wanted for the log and a checkpoint.`,
      advice: 'Make room: below that the collector takes no events.',
    })
  }
  return findings
}

export function describeOtlp(otlp: OtlpExamination): readonly Finding[] {
  if (otlp.kind === 'none') return []
  if (otlp.kind === 'unreadable') {
    const text = "otlp.json can't be read: how far the log was sent to OpenTelemetry is not known."
    return [{ code: 'otlp_unreadable', level: 'note', text, advice: 'All that the log has is sent again.' }]
  }
  if (otlp.kind === 'gap') {
    const text = 'The log does not have what was to be sent to OpenTelemetry next.'
    return [{ code: 'otlp_gap', level: 'note', text, advice: 'It goes on at the oldest that the log has.' }]
  }
  const text = `Of the log, ${size(otlp.waitingBytes)} wait for OpenTelemetry.`
  return [{ code: 'otlp', level: 'sound', text }]
}

function sessionsText(sessions: readonly string[]): string {
  if (sessions.length === 0) return ' Whose they were can not be told.'
  const named = sessions.slice(0, 10).join(', ')
  return ` They were of ${named}${sessions.length > 10 ? ` and ${sessions.length - 10} others` : ''}.`
}

const rowsText = (tables: DatabaseReport['tables']): string =>
  tables.map(({ table, rows }) => `${rows.toLocaleString('en')} ${table.replace('_', ' ')}`).join(', ')

const count = (amount: number, one: string, many = `${one}s`): string =>
  `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`

function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

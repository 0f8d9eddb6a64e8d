/** Plans a dump: which files it has, and what the collector is asked for each. */
import { createHash } from 'node:crypto'
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { isText } from '../sql-text.ts'

export const dumpFormats = ['parquet', 'csv', 'ndjson'] as const
export const dumpTables = ['events', 'sessions', 'rejected', 'labels'] as const
/** What one file holds: a day in UTC, a type, or all of it. */
export const dumpParts = ['day', 'type', 'table'] as const

export interface DumpQuestion {
  readonly table: (typeof dumpTables)[number]
  readonly format: (typeof dumpFormats)[number]
  readonly per: (typeof dumpParts)[number]
  readonly type?: string
  readonly session?: string
  readonly where?: string
  readonly withSession?: true
  /** In ms since 1970: received at this time or later. */
  readonly since?: number
  /** Received before this time. */
  readonly until?: number
}

export interface PlannedFile {
  readonly name: string
  /** Of `/api/dump`. */
  readonly parameters: Readonly<Record<string, string>>
  /** What it holds was received before, in ms since 1970; undefined where there is no end. */
  readonly untilMs: number | undefined
}

const dayMs = 86_400_000

/** A session's row, and how long its labels held, change with its events. */
const hasDays = (table: DumpQuestion['table']): boolean => table === 'events' || table === 'rejected'

/** Somebody's own data is one answer. */
export const usualPart = ({
  table,
  session,
  where,
}: Pick<DumpQuestion, 'table' | 'session' | 'where'>): DumpQuestion['per'] =>
  hasDays(table) && session === undefined && where === undefined ? 'day' : 'table'

/** @throws {CliError} `bad_usage` */
export function checkQuestion({ table, per, type, withSession, since, until }: DumpQuestion): void {
  const fault =
    (!hasDays(table) && per !== 'table' && `Expected --per table with ${table}, whose rows change`) ||
    (table !== 'events' && per === 'type' && 'Expected --per type with events, for nothing else has a type') ||
    (table !== 'events' && type !== undefined && 'Expected --type with events, for nothing else has a type') ||
    (!hasDays(table) && withSession && 'Expected --with-session with events or rejected') ||
    (since !== undefined && until !== undefined && since >= until && 'Expected --since to be before --until') ||
    (per === 'day' && !isDay(since, until) && 'Expected --since and --until to be days in UTC, as a file is a day')
  if (fault) throw new CliError('bad_usage', fault, 'See: downlink dump --help')
}

const isDay = (...times: readonly (number | undefined)[]): boolean => times.every((ms = 0) => ms % dayMs === 0)

/** @throws {CliError} `bad_usage`, and as the API client does */
export async function planFiles(question: DumpQuestion, api: ApiClient): Promise<readonly PlannedFile[]> {
  const { table, format, per, since, until } = question
  if (per === 'table') return [fileOf(question, `${table}.${format}`, { since, until })]
  if (per === 'type') {
    const types = await readTypes(question, api)
    return types.map((type) => fileOf({ ...question, type }, `${table}-${typeName(type)}.${format}`, { since, until }))
  }
  return (await readDays(question, api)).map((day) => {
    const name = `${table}-${new Date(day).toISOString().slice(0, 10)}.${format}`
    return fileOf(question, name, { since: day, until: day + dayMs })
  })
}

function fileOf(
  { table, format, type, session, where, withSession }: DumpQuestion,
  name: string,
  { since, until }: { readonly since: number | undefined; readonly until: number | undefined },
): PlannedFile {
  const parameters = { table, format, type, session, where, since, until, withSession }
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return { name, parameters: Object.fromEntries(given.map(([key, value]) => [key, String(value)])), untilMs: until }
}

/** From the first to the last that something was received on: one without rows has a file, too. */
async function readDays(question: DumpQuestion, api: ApiClient): Promise<readonly number[]> {
  const { rows } = await api.query(`SELECT count(*), min(received_at), max(received_at) FROM ${sourceOf(question)}`)
  const [[count, ...times] = []] = rows
  if (!count) return []
  const [first = Number.NaN, last = Number.NaN] = times.map((time) => Date.parse(String(time)))
  const from = Math.floor(first / dayMs)
  return Array.from({ length: Math.floor(last / dayMs) - from + 1 }, (_, at) => (from + at) * dayMs)
}

async function readTypes(question: DumpQuestion, api: ApiClient): Promise<readonly string[]> {
  const { rows, truncated } = await api.query(`SELECT DISTINCT type FROM ${sourceOf(question)} ORDER BY type`)
  if (!truncated) return rows.map(([type]) => String(type))
  throw new CliError('bad_usage', `There are over ${rows.length} types`, 'Dump by day, or one type: --per day, --type.')
}

/**
 * All but the condition, which the collector judges with the dump: at worst a file has no rows. In words that are those of
 * every dialect.
 */
function sourceOf({ table, type, session, since, until }: DumpQuestion): string {
  const conditions = [
    ...(type === undefined ? [] : [isText('type', type)]),
    ...(session === undefined ? [] : [isText('session_id', session)]),
    ...(since === undefined ? [] : [`received_at >= ${timeOf(since)}`]),
    ...(until === undefined ? [] : [`received_at < ${timeOf(until)}`]),
  ]
  return `${table === 'rejected' ? 'rejected_events' : table} WHERE ${['true', ...conditions].join(' AND ')}`
}

const timeOf = (ms: number): string => `'${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`

const maxNameLength = 80

/**
 * A type as every file system takes it, and no two of them alike, be it by case alone.
 *
 * @example typeName('player_died') // 'player_died'
 * @example typeName('Player/Died') // 'Player-Died-3f1c2a9b'
 */
export function typeName(type: string): string {
  if (/^[a-z0-9_-]+$/.test(type) && type.length <= maxNameLength) return type
  const digest = createHash('sha256').update(type).digest('hex').slice(0, 8)
  return `${type.replaceAll(/[^\w]/g, '-').slice(0, maxNameLength)}-${digest}`
}

/** Writes the SQL that looks through all that is stored for what a filter picks from the tail. */
import type { Dialect } from '../dialect/dialect.ts'
import type { TailFilter } from './tail-filter.ts'

/** As many as the page's tail begins with. */
const limit = 200

export function storedSql({ kind, type, session, build, label, text }: TailFilter, dialect: Dialect): string {
  const { contains, jsonText, lower } = dialect
  /** None where nothing is looked for. */
  const has = (expression: string, part: string): readonly string[] =>
    part.trim() === '' ? [] : [contains(lower(expression), part.trim().toLowerCase())]
  const isRejected = kind === 'rejected'
  const conditions = [
    ...has(isRejected ? 'code' : 'type', type),
    ...has('session_id', session),
    ...has('build', build),
    // The text of labels is {"player":"nova"}.
    ...has(`replace(${jsonText('labels')}, '":"', '=')`, label),
    ...has(isRejected ? 'message' : jsonText('data'), text),
  ]
  const columns = isRejected
    ? 'received_at, code, message, session_id, seq'
    : 'corrected_ts, type, data, session_id, seq'
  return [
    `SELECT ${columns}`,
    `FROM ${isRejected ? 'rejected_events' : 'events'} JOIN sessions USING (session_id)`,
    ...conditions.map((condition, at) => `${at === 0 ? 'WHERE' : '  AND'} ${condition}`),
    'ORDER BY received_at DESC, seq DESC',
    `LIMIT ${limit}`,
  ].join('\n')
}

/** Writes a row of a dump as one line of JSON, in the shape of the API's answers, in the SQL of any store. */

/** What of a session describes it, and does not change while events come; but for its labels, which are those of then. */
export const sessionColumns: readonly string[] = ['delivery', 'build', 'labels', 'schema', 'first_seen']

type Field = readonly [key: string, text: string]

/** How a store spells it. What SQL has as text is JSON here. */
export interface JsonDialect<Column> {
  /** The id of an event, of the row `event`. */
  readonly eventId: string
  text(column: Column): string
  /** The text of each may be NULL, which is null then. */
  object(fields: readonly Field[]): string
}

/** @param session what describes the session of the row; nothing where it is not wanted */
export function jsonLine<Column extends { readonly name: string }>(
  dialect: JsonDialect<Column>,
  table: string,
  own: readonly Column[],
  session: readonly Column[],
): string {
  const fieldsOf = (columns: readonly Column[]): readonly Field[] =>
    columns.map((column) => [camelCase(column.name), dialect.text(column)])
  const fields = table === 'events' ? eventFields(dialect, own) : fieldsOf(own)
  const described: readonly Field[] = session.length === 0 ? [] : [['session', dialect.object(fieldsOf(session))]]
  return dialect.object([...fields, ...described])
}

/** As `/api/events` has an event. */
function eventFields<Column extends { readonly name: string }>(
  dialect: JsonDialect<Column>,
  own: readonly Column[],
): readonly Field[] {
  const texts = new Map(own.map((column) => [column.name, dialect.text(column)]))
  const field = (key: string, name: string): Field => [key, texts.get(name) ?? "'null'"]
  return [
    ['id', dialect.eventId],
    field('type', 'type'),
    field('timestamp', 'ts'),
    field('correctedTimestamp', 'corrected_ts'),
    field('data', 'data'),
    field('sessionId', 'session_id'),
    field('seq', 'seq'),
    field('version', 'version'),
    field('receivedAt', 'received_at'),
    field('envelope', 'envelope'),
    field('context', 'context'),
  ]
}

const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

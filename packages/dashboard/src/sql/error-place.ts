/** Finds where in a query the database's complaint points. */

export interface ErrorPlace {
  /** In UTF-16 units. */
  readonly from: number
  readonly to: number
}

/**
 * DuckDB shows the line, cut at both ends where it is long, and a caret below the place. ClickHouse counts the bytes up to
 * it, from 1, or names what it does not know.
 */
export function findErrorPlace(sql: string, message: string): ErrorPlace | undefined {
  const [, prefix = '', line = '', shown = '', pad] = /(LINE (\d+): )([^\n]*)\n( *)\^/.exec(message) ?? []
  if (pad !== undefined) {
    const start =
      sql
        .split('\n')
        .slice(0, Number(line) - 1)
        .join('\n').length + (line === '1' ? 0 : 1)
    const text = sql.slice(start).split('\n', 1)[0] ?? ''
    const caret = pad.length - prefix.length
    const cut = shown.startsWith('...') ? 3 : 0
    const offset = text.indexOf(shown.slice(cut).replace(/\.\.\.$/, ''))
    if (offset >= 0 && caret >= cut) return wordAt(sql, start + offset + caret - cut)
  }
  const [, position] = /^Syntax error: failed at position (\d+)/.exec(message) ?? []
  if (position !== undefined) return wordAt(sql, unitsOf(sql, Number(position) - 1))
  const [, token] = /(?:at or near "|identifier `)([^"`]+)["`]/.exec(message) ?? []
  const at = token === undefined ? -1 : sql.toLowerCase().indexOf(token.toLowerCase())
  return at < 0 ? undefined : wordAt(sql, at)
}

/** @returns how many UTF-16 units so many bytes are */
function unitsOf(sql: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(sql).slice(0, bytes)).length
}

function wordAt(sql: string, from: number): ErrorPlace | undefined {
  if (from >= sql.length) return undefined
  const [word = ' '] = /^[\p{L}\p{N}_]+|^./su.exec(sql.slice(from)) ?? []
  return { from, to: from + word.length }
}

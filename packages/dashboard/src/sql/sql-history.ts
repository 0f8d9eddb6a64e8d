/** Remembers what was asked, in this browser alone. */

export interface Asked {
  readonly sql: string
  readonly atMs: number
}

const key = 'downlink-sql-history'
const maxAsked = 50
/** A query that was pasted may be any length; the storage is not. */
const maxLength = 10_000

/** The newest first. */
export function readHistory(storage: Pick<Storage, 'getItem'>): readonly Asked[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(key) ?? '[]')
    return Array.isArray(found) ? found.filter(isAsked).slice(0, maxAsked) : []
  } catch {
    // Somebody else's text, or a browser that keeps nothing.
    return []
  }
}

/** What was asked before moves to the front. @returns what is remembered now */
export function remember(storage: Pick<Storage, 'getItem' | 'setItem'>, asked: Asked): readonly Asked[] {
  const history = [asked, ...readHistory(storage).filter(({ sql }) => sql !== asked.sql)].slice(0, maxAsked)
  if (asked.sql.length > maxLength) return readHistory(storage)
  try {
    storage.setItem(key, JSON.stringify(history))
  } catch {
    // It is full, or there is none: the page's own memory has it until it is left.
  }
  return history
}

const isAsked = (entry: unknown): entry is Asked =>
  typeof entry === 'object' &&
  entry !== null &&
  'sql' in entry &&
  typeof entry.sql === 'string' &&
  'atMs' in entry &&
  typeof entry.atMs === 'number'

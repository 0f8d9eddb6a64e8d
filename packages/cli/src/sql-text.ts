/** Compares a column with text in SQL that every dialect reads alike: nobody knows which store a collector has. */
import { Buffer } from 'node:buffer'

/**
 * A backslash escapes in one dialect alone, so text that has one is compared by its bytes.
 *
 * @example isText('type', "it's") === "type = 'it''s'"
 * @example isText('type', 'a\\b') === "hex(type) = '615C62'"
 */
export function isText(column: string, text: string): string {
  if (text.includes('\\')) return `hex(${column}) = '${Buffer.from(text).toString('hex').toUpperCase()}'`
  return `${column} = '${text.replaceAll("'", "''")}'`
}

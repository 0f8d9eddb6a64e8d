/** Writes values into SQL, so that a hostile one is only a value. The collector's sandbox judges what comes of it all the same. */

/** @example quoteText("it's") === "'it''s'" */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** @example quoteName('player"s') === '"player""s"' */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What `->>` takes for a key as it is (RFC 6901): `$` and `/` at its start would lead elsewhere. */
export const quoteKeys = (keys: readonly string[]): string =>
  quoteText(keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))

/** A negative one in parentheses: two minuses begin a comment. */
export const writeNumber = (value: number): string => (value < 0 ? `(${value})` : String(value))

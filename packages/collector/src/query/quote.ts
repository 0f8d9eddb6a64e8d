/** Quotes names and text for SQL. */

/** @example quoteName('player"s') === '"player""s"' */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** @example quoteText("it's") === "'it''s'" */
export const quoteText = (text: string): string =>
  // The parser ends at a NUL, wherever it stands.
  text
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ')

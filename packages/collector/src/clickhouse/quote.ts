/** Quotes text for the SQL of ClickHouse, in which a backslash escapes. */

/** @example quoteText("it's") === "'it\\'s'" */
export const quoteText = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`

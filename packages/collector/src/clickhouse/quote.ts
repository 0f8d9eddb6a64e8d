/** Quotes names and text for the SQL of ClickHouse, in which a backslash escapes. */

/** @example quoteText("it's") === "'it\\'s'" */
export const quoteText = (text: string): string => `'${escaped(text).replaceAll("'", "\\'")}'`

/** @example quoteName('player`s') === '`player\\`s`' */
export const quoteName = (name: string): string => `\`${escaped(name).replaceAll('`', '\\`')}\``

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')

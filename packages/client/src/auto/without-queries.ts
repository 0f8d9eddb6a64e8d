/** Takes the queries and fragments off the addresses in a text: they may hold who plays. */

/** @param maxLength of what is looked at, in characters: a script's address may be all of its text */
export const withoutQueries = (text: string, maxLength = 1000): string =>
  text.slice(0, maxLength).replace(/(\w:\/\/[^\s?#()]*)[?#][^\s)]*?(?=(:\d+)*([\s),]|$))/g, '$1')

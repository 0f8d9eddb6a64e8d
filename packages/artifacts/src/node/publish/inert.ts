/**
 * Takes the life out of what a CI's agent would obey. Agents read commands off everything that a step prints, Azure's
 * even in the midst of a line: a quoted log, or a summary that has it, would run them a second time.
 */

/** Azure and TeamCity, GitHub's older form, and its newer one, which stands at the start of a line. */
const commands = /##(?=(?:vso|teamcity)?\[)|^([ \t]*)::(?=[a-z])/gim

export const inert = (text: string): string =>
  text.replace(commands, (_, indent?: string) => (indent === undefined ? '# #' : `${indent}: :`))

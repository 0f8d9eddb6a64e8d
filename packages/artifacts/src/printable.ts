/**
 * Makes text from outside safe to print. No payload, name or thrown message may steer a terminal, turn a line around, or
 * command the CI that reads along: agents read commands off everything that a step prints, Azure's even in the midst of
 * a line.
 */

/** All that moves the cursor, colours, hides or turns text, line breaks among it. */
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Azure and TeamCity, and GitHub's older form, anywhere in a line. */
const bracketed = /##(?=(?:vso|teamcity)?\[)/gi

/** GitHub's newer form, at the start of a line, whatever blanks are before it. */
const leading = /^([^\S\n]*)::(?=[a-z])/gim

/** Keeps its line breaks. Control and format characters are written as `\u001b`, commands broken by a blank. */
export const printable = (text: string): string =>
  text
    .replace(/\r\n/g, '\n')
    .replace(controls, (control) => (control === '\n' ? control : escaped(control)))
    .replace(bracketed, '# #')
    .replace(leading, '$1: :')

/** For the middle of a line, a table's cell or a name: line breaks are written as `\u000a`, too. */
export const printableLine = (text: string): string => printable(text.replace(controls, escaped))

/** JSON that says the same and is as safe: what would be obeyed is written as an escape. */
export const printableJson = (json: string): string =>
  json.replace(controls, (control) => (control === '\n' ? control : escaped(control))).replace(bracketed, '#\\u0023')

const escaped = (control: string): string =>
  // As JSON has it: beyond U+FFFF in two halves.
  Array.from({ length: control.length }, (_, at) => `\\u${control.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  )

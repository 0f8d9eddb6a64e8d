/** Text that players and content wrote, made safe to stand in Markdown. */
import { wellFormed } from '@downlink/protocol'

/** Makes markup, or a link or a mention on GitHub, in the middle of a line. */
const markup = /[\\`*_[\]#|~$@]|:(?=\/\/)|(?<=www)\./gi

/** Invisible, or turning the direction of what follows: nobody should read what is not there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text for the middle of a line: it shows as it is, and no markup, HTML or link comes of it. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[&<>]/g, (character) => entities[character] ?? '')
    .replace(markup, '\\$&')
}

/** A code span, fenced by more backticks than the text has in a row. */
export function codeSpan(text: string): string {
  const inner = oneLine(text)
  const longest = Math.max(0, ...Array.from(inner.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${inner}${pad}${fence}`
}

const oneLine = (text: string): string =>
  wellFormed(text)
    .replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ')
    .replace(/\t/g, ' ')
    .replace(unseen, '\uFFFD')
    .trim()

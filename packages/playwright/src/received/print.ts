/** Prints values and counts for messages: JSON, short, with matchers by their names. */
import { isAsymmetric } from './pattern.ts'

const maxLength = 160

/** @example printValue({ team: expect.any(String) }) // '{"team":Any<String>}' */
export function printValue(value: unknown): string {
  const text = jsonOf(value) ?? String(value)
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}

/** Undefined for what JSON has no text for, such as a cycle. */
function jsonOf(value: unknown): string | undefined {
  const names: string[] = []
  try {
    const json: string | undefined = JSON.stringify(value, (_key, inner: unknown) => {
      if (!isAsymmetric(inner)) return inner
      return `\u0000${names.push(nameOf(inner)) - 1}`
    })
    return json?.replace(/"\\u0000(\d+)"/g, (whole, at) => names[Number(at)] ?? whole)
  } catch {
    return undefined
  }
}

/** @example printCounts(['b', 'a', 'b']) // 'b × 2, a × 1' */
export function printCounts(names: Iterable<string>): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const rows = [...counts].sort(([, a], [, b]) => b - a)
  const shown = rows.slice(0, maxCounts).map(([name, count]) => `${name} × ${count}`)
  return rows.length > maxCounts ? `${shown.join(', ')}, and ${rows.length - maxCounts} more` : shown.join(', ')
}

const maxCounts = 12

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** Playwright's, Jest's and Vitest's matchers all name themselves so; some of them without what they look for. */
function nameOf(matcher: object): string {
  const { toAsymmetricMatcher, sample } = matcher as { toAsymmetricMatcher?(): string; readonly sample?: unknown }
  const name = typeof toAsymmetricMatcher === 'function' ? toAsymmetricMatcher.call(matcher) : String(matcher)
  if (sample === undefined || name.includes('<')) return name
  return `${name}<${sample instanceof RegExp ? sample : printValue(sample)}>`
}

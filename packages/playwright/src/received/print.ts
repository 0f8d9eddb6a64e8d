/** Values and counts in messages: JSON, short, with matchers by their names. */
import { isAsymmetric } from './pattern.ts'

const maxLength = 160

/** @example printValue({ team: expect.any(String) }) // '{"team":Any<String>}' */
export function printValue(value: unknown): string {
  const names: string[] = []
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (!isAsymmetric(inner)) return inner
    names.push(nameOf(inner))
    return `\u0000${names.length - 1}`
  })
  const text = String(json).replace(/"\\u0000(\d+)"/g, (_all, at) => names[Number(at)] ?? '')
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
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

/** Playwright's, Jest's and Vitest's matchers all name themselves so. */
function nameOf(matcher: object): string {
  const { toAsymmetricMatcher } = matcher as { readonly toAsymmetricMatcher?: () => string }
  return typeof toAsymmetricMatcher === 'function' ? toAsymmetricMatcher.call(matcher) : String(matcher)
}

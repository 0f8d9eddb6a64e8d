/** Writes a time below an axis, as far as it differs from its neighbours; in UTC, as the rows have it. */

const [minuteMs, dayMs] = [60_000, 86_400_000]

/**
 * @param stepMs to the next one
 * @example formatTick(Date.parse('2026-01-05T10:30:00Z'), 600_000) === '10:30'
 */
export function formatTick(atMs: number, stepMs: number): string {
  const date = new Date(atMs)
  if (Number.isNaN(date.getTime())) return ''
  const text = date.toISOString()
  if (stepMs >= dayMs) return text.slice(0, 10)
  // Where a day begins its date is worth more than midnight.
  if (atMs % dayMs === 0) return text.slice(5, 10)
  if (stepMs >= minuteMs) return text.slice(11, 16)
  return stepMs >= 1000 ? text.slice(11, 19) : text.slice(14, 23)
}

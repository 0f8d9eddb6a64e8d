/** Times as people read them. */

/** ISO 8601 of milliseconds since 1970; empty where there is no time, or none that a date can hold. */
export function isoTime(ms: number | null): string {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

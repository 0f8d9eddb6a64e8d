/** Formats numbers and times as people read them. */

const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export const formatCount = (count: number): string => whole.format(count)

/** @example formatCounted(1, 'place') is 1 place, of 1234 it is 1,234 places */
export const formatCounted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`

/** @example 12,345 stays as it is, 1234567 is 1.2M */
export const formatLarge = (count: number): string => (count < 1_000_000 ? whole.format(count) : short.format(count))

const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** @example 1234567 is 1.2 MB */
export function formatBytes(bytes: number): string {
  const [unit, size] = byteUnits.find(([, size]) => bytes >= size) ?? ['kB', 1e3]
  return `${tenths.format(bytes / size)} ${unit}`
}

const byteUnits = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
] as const

/** Local time of day, to the millisecond. */
export function formatTime(at: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return '—'
  const two = (part: number) => String(part).padStart(2, '0')
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`
}

/** Local time of day, to the second. */
export const formatClock = (at: number): string => formatTime(at).replace(/\.\d+$/, '')

/** Local day. @example '2026-11-28' */
export const formatDay = (at: number): string => new Date(at).toLocaleDateString('en-CA')

/** How long, in one unit. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** How long, of what takes milliseconds. @example 0.42 is 0.42 ms, 12.34 is 12 ms, 1234 is 1.2 s */
export function formatDuration(ms: number): string {
  if (Math.abs(ms) >= 60_000) return `${ms < 0 ? '−' : ''}${formatSpan(Math.abs(ms))}`
  if (Math.abs(ms) >= 1000) return `${tenths.format(ms / 1000)} s`
  return `${Math.abs(ms) < 10 ? Number(ms.toPrecision(2)) : Math.round(ms)} ms`
}

/** How long ago, in one unit. */
export const formatAge = (ageMs: number): string => (ageMs < 1500 ? 'now' : `${formatSpan(ageMs)} ago`)

/** The part of a session id that people can tell apart: a UUIDv7 starts with its time, and ends with chance. */
export function shortSession(sessionId: string): string {
  return sessionId.length > 14 ? `${sessionId.startsWith('plain:') ? 'plain:' : ''}…${sessionId.slice(-8)}` : sessionId
}

/** How many of each name. */
export type Counts = Readonly<Record<string, number>>

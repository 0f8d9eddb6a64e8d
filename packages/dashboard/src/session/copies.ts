/** Writes an event as whoever copies it needs it: as JSON, as SQL, as an assertion for Playwright. */
import type { Dialect } from '../dialect/dialect.ts'

interface CopiedEvent {
  readonly sessionId: string
  readonly seq: number
  readonly type: string
  readonly data: unknown
}

export const jsonCopy = (event: object): string => JSON.stringify(event, null, 2)

export const sqlCopy = ({ sessionId, seq }: Pick<CopiedEvent, 'sessionId' | 'seq'>, { quoteText }: Dialect): string =>
  `SELECT * FROM events WHERE session_id = ${quoteText(sessionId)} AND seq = ${seq}`

/** With the matcher of `@downlink/playwright`; the pattern is the whole payload, of which the test keeps what matters. */
export function assertionCopy({ type, data }: Pick<CopiedEvent, 'type' | 'data'>): string {
  const pattern = data === null || data === undefined ? '' : `, ${literal(data, '')}`
  return `await expect(telemetry).toHaveReceived(${literal(type, '')}${pattern})`
}

const shortLine = 80

/** As JavaScript that a formatter leaves alone. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${literal(item, inner)}`)
  const [open, close, space] = Array.isArray(value) ? ['[', ']', ''] : ['{', '}', ' ']
  if (parts.length === 0) return `${open}${close}`
  const line = `${open}${space}${parts.join(', ')}${space}${close}`
  if (line.length + indent.length <= shortLine && !line.includes('\n')) return line
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`
}

/** As a name it would set the prototype; computed it is a key like any other. */
const keyOf = (key: string): string => {
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key, '')
}

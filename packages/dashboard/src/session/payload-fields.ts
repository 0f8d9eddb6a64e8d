/** Finds in one payload of each type what can be drawn: frame times, and places on a map. */
import type { Json } from '@downlink/collector'
import type { Dialect } from '../dialect/dialect.ts'

/** A payload of each type. */
export type Samples = ReadonlyMap<string, Json>

/** A number that the events of a type carry. */
export interface Measure {
  readonly type: string
  readonly key: string
}

/** Those of the largest payloads would be more than an answer holds. */
const longestSample = 8000

export const samplesSql = (sessionId: string, { anyWhere, jsonText, quoteText }: Dialect): string =>
  `SELECT type, ${anyWhere('data', `length(${jsonText('data')}) < ${longestSample}`)} AS data
  FROM events WHERE session_id = ${quoteText(sessionId)} GROUP BY type`

const frameKey = /^frame_?(time|duration)?_?(ms)?$/i
const usualKey = /^(p95|duration|delta|dt|time)?_?(ms)?$/i

/** How much a field looks like the time that a frame took; 0 for not at all. */
function frameLikeness(type: string, key: string): number {
  if (frameKey.test(key)) return 3
  if (!/frame/i.test(type)) return 0
  if (usualKey.test(key)) return 2
  return /ms$/i.test(key) ? 1 : 0
}

export function frameMeasureIn(samples: Samples): Measure | undefined {
  let best: Measure | undefined
  let likeness = 0
  for (const [type, data] of samples) {
    for (const key of numbersOf(data)) {
      const like = frameLikeness(type, key)
      if (like <= likeness) continue
      likeness = like
      best = { type, key }
    }
  }
  return best
}

/** Whose events carry numeric `x` and `y`. */
export const placedTypesIn = (samples: Samples): readonly string[] =>
  [...samples].flatMap(([type, data]) => {
    const numbers = numbersOf(data)
    return numbers.includes('x') && numbers.includes('y') ? [type] : []
  })

function numbersOf(data: Json): readonly string[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return []
  return Object.entries(data).flatMap(([key, value]) => (typeof value === 'number' ? [key] : []))
}

/** Longer lists would leave a query's text too little room. */
const longestTypes = 8000

/** Rows of a sequence and the numbers of these keys, null where there is none, for events above one sequence, up to another. */
export function numbersSql(
  sessionId: string,
  types: readonly string[],
  keys: readonly string[],
  { after, upTo }: { readonly after: number; readonly upTo: number },
  limit: number,
  { numberAt, quoteText }: Dialect,
): string {
  const columns = keys.map((key) => numberAt('data', key))
  const names = types.map(quoteText).join(', ')
  const ofTypes = names.length > longestTypes ? '' : ` AND type IN (${names})`
  return `SELECT seq, ${columns.join(', ')} FROM events
  WHERE session_id = ${quoteText(sessionId)}${ofTypes} AND seq > ${after} AND seq <= ${upTo}
  ORDER BY seq LIMIT ${limit}`
}

export const rejectionsSql = (
  sessionId: string,
  after: number,
  limit: number,
  { beginning, quoteText }: Dialect,
): string =>
  `SELECT seq, code, ${beginning('message', longestMessage)} FROM rejected_events
  WHERE session_id = ${quoteText(sessionId)} AND seq > ${after} ORDER BY seq LIMIT ${limit}`

const longestMessage = 500

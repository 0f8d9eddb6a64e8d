/** Reads when what happened in a session, as columns of numbers: a timeline of a hundred thousand events is a megabyte. */
import { isErrorType } from '../store/event-summary.ts'
import type { Readers } from './readers.ts'

/** Of a session's stored events, in order, without their payloads. */
export interface TimelinePage {
  /** The names that `type` counts through. */
  readonly types: readonly string[]
  /** Where in `types` those stand that tell of an error. */
  readonly errorTypes: readonly number[]
  /** Where in `types` each event's type stands. */
  readonly type: readonly number[]
  /** Here and in the times, in milliseconds since 1970: the first value, then each one's difference to the one before. */
  readonly seq: readonly number[]
  /** By the collector's clock, as far as it and the client's are known to differ. */
  readonly correctedTimestamp: readonly number[]
  /** By the client's clock. */
  readonly timestamp: readonly number[]
  /** When the collector got it. */
  readonly receivedAt: readonly number[]
  /** Give it as `after` for the next page; null on the last one. */
  readonly next: number | null
}

export interface TimelineFilter {
  /** Only above this sequence. */
  readonly after: number
  readonly limit: number
}

export interface Timelines {
  read(sessionId: string, filter: TimelineFilter): Promise<TimelinePage>
}

// As doubles, for a column of them needs no object a value.
const selectPage = `SELECT type, seq::DOUBLE, epoch_ms(corrected_ts)::DOUBLE, epoch_ms(ts)::DOUBLE,
  epoch_ms(received_at)::DOUBLE FROM events WHERE session_id = $1 AND seq > $2::BIGINT ORDER BY seq`

export function createTimelines(readers: Readers): Timelines {
  return {
    read: (sessionId, { after, limit }) =>
      readers.run(async (connection) => {
        // One more than asked for tells whether there is another page.
        const sql = `${selectPage} LIMIT ${limit + 1}`
        const [types = [], ...numbers] = (await connection.runAndReadAll(sql, [sessionId, BigInt(after)])).getColumns()
        return timelinePageOf({ types: types.map(String), numbers: numbers.map((column) => column.map(Number)) }, limit)
      }),
  }
}

/** What was read, one more than asked for where there is another page: sequences, then the times as a page has them. */
export interface TimelineColumns {
  readonly types: readonly string[]
  readonly numbers: readonly (readonly number[])[]
}

export function timelinePageOf({ types, numbers }: TimelineColumns, limit: number): TimelinePage {
  const [seq = [], corrected = [], sent = [], received = []] = numbers.map((column) => column.slice(0, limit))
  return {
    ...indexed(types.slice(0, limit)),
    seq: differences(seq),
    correctedTimestamp: differences(corrected),
    timestamp: differences(sent),
    receivedAt: differences(received),
    next: types.length > limit ? (seq.at(-1) ?? null) : null,
  }
}

function indexed(names: readonly string[]): Pick<TimelinePage, 'types' | 'errorTypes' | 'type'> {
  const indexes = new Map<string, number>()
  const type = names.map((name) => {
    const index = indexes.get(name) ?? indexes.size
    indexes.set(name, index)
    return index
  })
  const types = [...indexes.keys()]
  const errorTypes = types.flatMap((name, index) => (isErrorType(name) ? [index] : []))
  return { types, errorTypes, type }
}

const differences = (values: readonly number[]): readonly number[] =>
  values.map((value, at) => value - (at === 0 ? 0 : (values[at - 1] ?? 0)))

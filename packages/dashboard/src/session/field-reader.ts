/** Reads by SQL what a timeline shows beside its events: rejections, frame times, and places for a map. */
import type { Json } from '@downlink/collector'
import type { QueryAnswer } from '../api.ts'
import { type Dialect, parsedJson } from '../dialect/dialect.ts'
import type { Rejection } from './absences.ts'
import type { EventColumns } from './event-columns.ts'
import { NumberColumns } from './number-columns.ts'
import { frameMeasureIn, type Measure, numbersSql, placedTypesIn, rejectionsSql, samplesSql } from './payload-fields.ts'

export interface SessionFields {
  /** In order of their sequence. */
  readonly rejections: readonly Rejection[]
  readonly frames: FrameTimes | undefined
  readonly places: PlacedEvents | undefined
}

/** Both are other objects whenever there is more, and share the numbers. */
export interface FrameTimes {
  readonly measure: Measure
  /** In milliseconds. */
  readonly numbers: NumberColumns
  readonly longestMs: number
}

/** Where on a map events happened: `x` and `y`. */
export interface PlacedEvents {
  readonly numbers: NumberColumns
}

export const noFields: SessionFields = { rejections: [], frames: undefined, places: undefined }

/** Rows of an answer, and how many answers are read of each: what is beyond is not shown. */
const answerRows = 10_000
const maxRows = 200_000

export interface FieldReader {
  /**
   * Goes on where it stood before.
   *
   * @param onPart hears of each part as it comes
   */
  read(onPart: (part: Partial<SessionFields>) => void): Promise<void>
}

type Query = (sql: string) => Promise<QueryAnswer>

/** @param columns have the events that the fields are of */
export function createFieldReader(
  sessionId: string,
  columns: EventColumns,
  dialect: Dialect,
  query: Query,
): FieldReader {
  let knownTypes = 0
  let { rejections } = noFields
  let rejectionsRead = 0
  let frames: NumberReader | undefined
  let measure: Measure | undefined
  let places: NumberReader | undefined
  let placedTypes: readonly string[] = []

  return {
    async read(onPart) {
      const sql = (after: number) => rejectionsSql(sessionId, after, answerRows, dialect)
      rejectionsRead = await readOn(query, sql, rejectionsRead, (rows) => {
        rejections = [...rejections, ...rows.map(rejectionOf)]
        onPart({ rejections })
      })
      // Of a type that was not known before, earlier events may have what is drawn, too.
      if (columns.types.length > knownTypes) await sample()
      await frames?.read((numbers) => {
        if (measure) onPart({ frames: { measure, numbers, longestMs: highest(numbers) } })
      })
      await places?.read((numbers) => onPart({ places: { numbers } }))
    },
  }

  async function sample(): Promise<void> {
    knownTypes = columns.types.length
    const { rows } = await query(samplesSql(sessionId, dialect))
    const samples = new Map(rows.map(([type, data = null]) => [String(type), parsedJson(data) as Json]))
    const found = frameMeasureIn(samples)
    if (found?.type !== measure?.type || found?.key !== measure?.key) {
      measure = found
      frames = found && numberReader([found.type], [found.key])
    }
    const placed = placedTypesIn(samples)
    if (placed.join('\n') !== placedTypes.join('\n')) {
      placedTypes = placed
      places = numberReader(placed, ['x', 'y'])
    }
  }

  function numberReader(types: readonly string[], keys: readonly string[]): NumberReader {
    const numbers = new NumberColumns(keys.length)
    let after = 0
    return {
      async read(onMore) {
        if (numbers.length >= maxRows) return
        // Those that came since the events were read are for the next time: nobody knows their places yet.
        const upTo = columns.seqAt(columns.length - 1)
        const sql = (seq: number) => numbersSql(sessionId, types, keys, { after: seq, upTo }, answerRows, dialect)
        after = await readOn(query, sql, after, (rows) => {
          for (const [seq, ...values] of rows) {
            const place = columns.placeOf(Number(seq))
            // A payload may have something else where the others have a number; an event may be among those that are not shown.
            if (!values.every((value) => typeof value === 'number')) continue
            if (columns.seqAt(place) === Number(seq)) numbers.append(place, values)
          }
          onMore(numbers)
        })
      },
    }
  }
}

/** @returns the sequence that it came to */
async function readOn(
  query: Query,
  sqlAfter: (seq: number) => string,
  from: number,
  onRows: (rows: QueryAnswer['rows']) => void,
): Promise<number> {
  let after = from
  for (let read = 0; read < maxRows; ) {
    const { rows, truncated, error } = await query(sqlAfter(after))
    if (rows.length > 0) onRows(rows)
    if (error) throw new Error(error.message)
    read += rows.length
    after = Math.max(after, Number(rows.at(-1)?.[0] ?? 0))
    // The collector may hold answers shorter than they were asked for.
    if (rows.length === 0 || (rows.length < answerRows && !truncated)) break
  }
  return after
}

interface NumberReader {
  read(onMore: (numbers: NumberColumns) => void): Promise<void>
}

function highest({ values: [column], length }: NumberColumns): number {
  let most = 0
  for (let at = 0; at < length; at++) most = Math.max(most, column?.[at] ?? 0)
  return most
}

const rejectionOf = ([seq, code, message]: QueryAnswer['rows'][number]): Rejection => ({
  seq: Number(seq),
  code: String(code),
  message: String(message),
})

/** Reads when what happened in a session out of ClickHouse. */
import { type Timelines, timelinePageOf } from '../query/timelines.ts'
import type { Reader } from './reader.ts'

interface TimelineRow {
  readonly type: string
  readonly seq: number
  readonly corrected: number
  readonly sent: number
  readonly received: number
}

// One more than asked for tells whether there is another page.
const selectPage = `SELECT type, seq, intDiv(corrected_us, 1000) AS corrected, intDiv(ts_us, 1000) AS sent,
    toUnixTimestamp64Milli(received_at) AS received
  FROM current_events WHERE session_id = {session:String} AND seq > {after:Int64} ORDER BY seq LIMIT {limit:UInt32} + 1`

export function createTimelines(reader: Reader): Timelines {
  return {
    async read(session, { after, limit }) {
      const rows = await reader.rows<TimelineRow>(selectPage, { parameters: { session, after, limit } })
      const numbers = (['seq', 'corrected', 'sent', 'received'] as const).map((name) => rows.map((row) => row[name]))
      return timelinePageOf({ types: rows.map(({ type }) => type), numbers }, limit)
    },
  }
}

/** Reads the events that schemas rejected, page by page, for them to be judged anew. */
import type { RejectionCode } from '@downlink/protocol'
import type { SessionRecord } from '../commit/session-record.ts'
import type { Readers } from './readers.ts'

export interface Rejection extends RejectionPlace {
  readonly code: string
  /** Its text; only a part of it where it was too long to be kept. */
  readonly raw: string
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  readonly delivery: SessionRecord['delivery']
}

/** By it they are ordered. */
export interface RejectionPlace {
  readonly sessionId: string
  readonly seq: number
}

export interface RejectionPage {
  readonly rejections: readonly Rejection[]
  /** How many there are from its first one on. */
  readonly left: number
}

/** What only a schema says of an event: all else no other schema would mend. */
const schemaCodes = ['unknown_type', 'unknown_version', 'invalid_payload'] as const satisfies readonly RejectionCode[]

/** A page is one message between two processes, and one operation at most. */
const pageRows = 1000
const pageBytes = 4_000_000

const pageTimeLimitMs = 120_000

/** @param after the last one of the page before */
export function readRejections(readers: Readers, after: RejectionPlace | undefined): Promise<RejectionPage> {
  const place = [after?.sessionId ?? '', after?.seq ?? 0]
  return readers.run(
    async (connection) => {
      const rows = (await connection.runAndReadAll(selectPage, place)).getRows()
      const left = (await connection.runAndReadAll(`SELECT count(*) ${fromPlace}`, place)).getRows()
      return {
        left: Number(left[0]?.[0]),
        rejections: rows.map(([sessionId, seq, code, raw, receivedAt, delivery]) => ({
          sessionId: String(sessionId),
          seq: Number(seq),
          code: String(code),
          raw: String(raw),
          receivedAt: Number(receivedAt),
          delivery: delivery === 'plain' ? 'plain' : 'acked',
        })),
      }
    },
    { timeLimitMs: pageTimeLimitMs },
  )
}

const fromPlace = `FROM rejected_events
  WHERE code IN (${schemaCodes.map((code) => `'${code}'`)})
    AND (session_id > $1 OR (session_id = $1 AND seq > $2::BIGINT))`

const selectPage = `SELECT session_id, seq, code, raw, epoch_us(received_at) / 1000, delivery
  FROM (SELECT * ${fromPlace} ORDER BY session_id, seq LIMIT ${pageRows}) JOIN sessions USING (session_id)
  WINDOW inOrder AS (ORDER BY session_id, seq)
  QUALIFY sum(strlen(raw)) OVER inOrder <= ${pageBytes} OR row_number() OVER inOrder = 1
  ORDER BY session_id, seq`

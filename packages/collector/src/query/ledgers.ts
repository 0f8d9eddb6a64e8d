/** Reads the ledgers: what became of every event that a session's client pushed. */
import type { DropCounts } from '@downlink/protocol'
import type { EarlierLabels, Labels } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import type { EventCounts } from '../metrics/event-counters.ts'
import { recordOf, sessionJson } from '../store/session-rows.ts'
import { readEarlierLabels } from './label-history.ts'
import type { Readers } from './readers.ts'

const total = (counts: string): string => `coalesce(list_sum(map_values(${counts}::MAP(VARCHAR, BIGINT))), 0)::BIGINT`

/**
 * pushed = stored + expired + forgotten + rejected + dropped + missing + outstanding. What an ended session has outstanding is missing.
 * SQL can't know whose link is gone: there it stays outstanding, and `last_seen` tells how long nothing was heard.
 * So `lost_page`, which is so of a session that never ended and owes events, waits for a minute of silence.
 * `balanced` says that nothing is missing and that the collector's counts, none of them below 0, add up to the session's
 * committed sequence.
 */
export const ledgersView: string = `CREATE OR REPLACE VIEW ledgers AS
  WITH counted AS (
    SELECT
      session_id, pushed, stored, expired, forgotten, ${total('rejected')} AS rejected, ${total('dropped')} AS dropped, missing AS lost,
      committed_seq, pushed - committed_seq AS rest, ended, last_seen
    FROM sessions
  )
  SELECT
    session_id, pushed, stored, expired, forgotten, rejected, dropped,
    lost + CASE WHEN ended THEN rest ELSE 0 END AS missing,
    CASE WHEN ended THEN 0 ELSE rest END AS outstanding,
    ended, last_seen,
    NOT ended AND rest > 0 AND last_seen < now()::TIMESTAMP - INTERVAL 1 MINUTE AS lost_page,
    committed_seq = stored + expired + forgotten + rejected + dropped + lost AND lost = 0 AND (rest = 0 OR NOT ended)
      AND least(stored, expired, forgotten, rejected, dropped, rest) >= 0 AS balanced
  FROM counted`

/** pushed = stored + expired + forgotten + Σ rejected + Σ dropped + missing + outstanding. Times are milliseconds since 1970. */
export interface Ledger {
  readonly sessionId: string
  readonly delivery: 'acked' | 'plain'
  readonly pushed: number
  readonly stored: number
  /** Were stored, until they were too old. */
  readonly expired: number
  /** Were stored, until somebody asked for the session to be forgotten. */
  readonly forgotten: number
  /** By code. */
  readonly rejected: Readonly<Record<string, number>>
  /** By reason. */
  readonly dropped: DropCounts
  /** What the store lost, and what was outstanding when the session ended or its last link went. */
  readonly missing: number
  /** Pushed and still expected: 0 once the session has ended or no socket of it is up. */
  readonly outstanding: number
  /** The client said that nothing follows. */
  readonly ended: boolean
  /** A socket of the session is up. */
  readonly open: boolean
  /** Nothing is missing, and the collector's own counts add up. */
  readonly balanced: boolean
  readonly firstSeen: number
  readonly lastSeen: number
  readonly build?: string
  readonly labels?: Labels
  /** Those that it had before, the oldest first. Only of one session that is asked for; absent where they never changed. */
  readonly earlierLabels?: readonly EarlierLabels[]
}

export interface Ledgers {
  /** Undefined where the session is unknown. */
  get(sessionId: string): Promise<Ledger | undefined>
}

export interface LedgersOptions {
  readonly readers: Readers
  /** Is a socket of this session up? */
  readonly isOpen: (sessionId: string) => boolean
}

const selectOne = `SELECT ${sessionJson} FROM sessions WHERE session_id = $1`

export function createLedgers({ readers, isOpen }: LedgersOptions): Ledgers {
  return {
    get: (sessionId) =>
      readers.run(async (connection) => {
        const [row] = (await connection.runAndReadAll(selectOne, [sessionId])).getRows()
        if (!row) return undefined
        const earlierLabels = await readEarlierLabels(connection, sessionId)
        const ledger = ledgerOf(recordOf(String(row[0])), isOpen(sessionId))
        return earlierLabels.length === 0 ? ledger : { ...ledger, earlierLabels }
      }),
  }
}

/** @param open a socket of the session is up */
export function ledgerOf(record: SessionRecord, open: boolean): Ledger {
  const { sessionId, delivery, pushed, stored, expired, forgotten, rejected, dropped, ended, build, labels } = record
  const rest = pushed - record.committedSeq
  const expectsMore = open && !ended
  const missing = record.missing + (expectsMore ? 0 : rest)
  const figures = [stored, expired, forgotten, totalOf(rejected), totalOf(dropped), record.missing, rest]
  const accounted = figures.reduce((sum, count) => sum + count, -rest)
  return {
    sessionId,
    delivery,
    pushed,
    stored,
    expired,
    forgotten,
    rejected,
    dropped,
    missing,
    outstanding: expectsMore ? rest : 0,
    ended,
    open,
    balanced: accounted === record.committedSeq && missing === 0 && figures.every((count) => count >= 0),
    firstSeen: record.firstSeenMs,
    lastSeen: record.lastSeenMs,
    ...(build !== undefined && { build }),
    ...(labels !== undefined && { labels }),
  }
}

const totalOf = (counts: Readonly<Record<string, number | undefined>>): number =>
  Object.values(counts).reduce((total: number, count) => total + (count ?? 0), 0)

const maxCountedTypes = 500

/** The collector starts only afterwards, and a large database may take its time. */
const countTimeLimitMs = 120_000

/** What the database holds at the start, for counters that go on from there. */
export function countEvents(readers: Readers): Promise<EventCounts & { readonly outstanding: number }> {
  return readers.run(
    async (connection) => {
      const totals = await connection.runAndReadAll(
        `SELECT sum(stored), sum(expired), sum(forgotten), sum(rejected), sum(dropped), sum(lost), sum(rest)
      FROM ledgers JOIN (SELECT session_id, missing AS lost, pushed - committed_seq AS rest FROM sessions) USING (session_id)`,
      )
      const types = await connection.runAndReadAll(
        `SELECT type, count(*) FROM events GROUP BY type ORDER BY count(*) DESC LIMIT ${maxCountedTypes}`,
      )
      const [stored, expired, forgotten, rejected, dropped, missing, outstanding] = (totals.getRows()[0] ?? []).map(
        Number,
      )
      return {
        stored: stored ?? 0,
        expired: expired ?? 0,
        forgotten: forgotten ?? 0,
        rejected: rejected ?? 0,
        dropped: dropped ?? 0,
        missing: missing ?? 0,
        outstanding: outstanding ?? 0,
        types: Object.fromEntries(types.getRows().map(([type, count]) => [String(type), Number(count)])),
      }
    },
    { timeLimitMs: countTimeLimitMs },
  )
}

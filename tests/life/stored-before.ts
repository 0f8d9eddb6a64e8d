/** Fills data folders at rest with what came before a test, which it would take minutes to send. */
import { changeDatabase } from '../../packages/collector/test/change-database.ts'

/** Younger than this nothing is. */
export const freshHours = 24
const storedRows = 100_000
const rejectedRows = 3000

/** Events of ten sessions, of so many hours. */
export async function fill(data: string, hours: number): Promise<void> {
  await changeDatabase(
    data,
    `INSERT INTO events SELECT 'filled-' || i % 10, i // 10 + 1, 'filled', NULL, time, time, '{"at":' || i || '}', NULL, time, NULL
       FROM (SELECT i, make_timestamp_ms(${Date.now()}) - to_minutes(${freshHours * 60 + 30} + 60 * (${hours} * i // ${storedRows})::INT) AS time
         FROM range(${storedRows}) numbers(i));
     ${insertSessions}`,
  )
}

/** A session, all of whose events a schema of another day has rejected. */
export async function fillRejected(data: string, round: number): Promise<void> {
  const session = `refused-${round}`
  await changeDatabase(
    data,
    `INSERT INTO rejected_events SELECT '${session}', i, 'invalid_payload', '', '{"type":"refused","timestamp":1,"data":1}', now()::TIMESTAMP, NULL
       FROM range(1, ${rejectedRows + 1}) numbers(i);
     INSERT INTO sessions BY NAME SELECT '${session}' AS session_id, 'acked' AS delivery, ${rejectedRows} AS committed_seq,
       ${rejectedRows} AS pushed, 0 AS stored, '{"invalid_payload":${rejectedRows}}' AS rejected, '{}' AS dropped, 0 AS missing,
       false AS ended, now()::TIMESTAMP AS first_seen, now()::TIMESTAMP AS last_seen, repeat('0', 64) AS proof_hash`,
  )
}

const insertSessions = `INSERT INTO sessions BY NAME SELECT session_id, 'acked' AS delivery,
  max(seq) AS committed_seq, max(seq) AS pushed, count(*) AS stored, '{}' AS rejected, '{}' AS dropped, 0 AS missing,
  false AS ended, min(ts) AS first_seen, max(ts) AS last_seen, repeat('0', 64) AS proof_hash, min(ts) AS first_event,
  max(ts) AS last_event FROM events GROUP BY session_id`

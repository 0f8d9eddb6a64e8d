/** What the sink writes to ClickHouse comes out the same, wherever it is cut short, and however often it is written again. */
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import type { Connection } from '../../packages/collector/src/clickhouse/connection.ts'
import { expireDays } from '../../packages/collector/src/clickhouse/expiry.ts'
import { planGroup } from '../../packages/collector/src/commit/plan-group.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import type { LogItem } from '../../packages/collector/src/sink/group-writer.ts'
import { aBatch } from '../../packages/collector/src/test-doubles.ts'
import { makeDatabase, startClickHouse } from './chdb-process.ts'
import { aClickHouse, sharedClickHouse } from './clickhouse-process.ts'
import { segment, sink, tables, unreliable, writerOver } from './replay-harness.ts'

const aDatabase = sharedClickHouse()
const runs = Number(process.env.DOWNLINK_REPLAY_RUNS ?? 6)

/** What a sender does next: so many events, and so many that are rejected, dropped and lost. */
const steps = fc.array(
  fc.record({
    session: fc.constantFrom('a', 'b', 'c'),
    events: fc.nat(4),
    rejected: fc.nat(2),
    dropped: fc.nat(2),
    missing: fc.nat(1),
    level: fc.nat(2),
    end: fc.boolean(),
    day: fc.nat(2),
  }),
  { minLength: 4, maxLength: 12 },
)

type Step = (typeof steps extends fc.Arbitrary<infer Value> ? Value : never)[number]

/** The entries of a partition of the log, each a write of one batch. */
function entriesOf(all: readonly Step[]): readonly LogItem[] {
  const records = new Map<string, SessionRecord>()
  return all.map(({ session, events, rejected, dropped, missing, level, end, day }, at) => {
    const before = records.get(session)
    const from = before?.committedSeq ?? 0
    const receivedAt = 86_400_000 * day + at
    const firstEvent = from + missing + 1
    const firstRejected = firstEvent + events
    const upTo = from + missing + events + rejected + dropped
    const batch = aBatch(firstEvent, events, {
      ...{
        upTo,
        pushed: upTo + (end ? 0 : 1),
        end,
        receivedAt,
        missing,
        dropped: dropped > 0 ? { overflow: dropped } : {},
      },
      rejected: Array.from({ length: rejected }, (_, n) => ({
        ...{
          sessionId: session,
          seq: firstRejected + n,
          code: 'bad_event' as const,
          message: '',
          raw: '{}',
          receivedAt,
        },
      })),
      labels: { earlier: [], from: Math.max(1, from), latest: { level: String(level) } },
    })
    const held = () => ({ record: before, isConfirmed: true })
    const [write] = planGroup([{ sessionId: session, expectedSeq: from, batch, resolve() {} }], held).writes
    if (!write) throw new Error('Expected a write')
    records.set(session, write.record)
    return { write, bytes: 100, end: { segment, offset: at + 1 } }
  })
}

/** All that there is, as it is read. */
async function contentOf(connection: Connection) {
  const read = (sql: string) => connection.rows(sql)
  return {
    events: await read('SELECT * FROM event_rows FINAL ORDER BY session_id, seq'),
    rejected: await read('SELECT * FROM rejected_rows FINAL ORDER BY session_id, seq'),
    labels: await read('SELECT * FROM earlier_labels FINAL ORDER BY session_id, from_seq, until_seq'),
    sessions: await read('SELECT * EXCEPT place FROM session_rows FINAL ORDER BY session_id'),
    position: await read('SELECT * FROM positions FINAL'),
  }
}

const unaccounted = `SELECT * FROM ledgers FULL JOIN (SELECT session_id, count() AS rows FROM events GROUP BY session_id) AS counted
    USING (session_id)
  WHERE pushed <> stored + expired + rejected + dropped + missing + outstanding OR stored <> rows`

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
const losses = fc.uniqueArray(fc.tuple(fc.nat(30), fc.constantFrom('before', 'after')), {
  selector: ([at]) => at,
  maxLength: 8,
})

it('wherever an insert or its answer is lost', async () => {
  await fc.assert(
    fc.asyncProperty(steps, sizes, sizes, losses, async (all, smooth, rough, lost) => {
      const entries = entriesOf(all)
      const [expected, tried] = [await tables(await aDatabase()), await tables(await aDatabase())]
      await sink(expected, entries, smooth)
      await sink(unreliable(tried, new Map(lost)), entries, rough)
      expect(await contentOf(tried)).toEqual(await contentOf(expected))
      expect(await tried.rows(unaccounted)).toEqual([])
    }),
    { numRuns: runs },
  )
})

it('when any prefix is written again, in one group or many, and by a sink that another one has overtaken', async () => {
  await fc.assert(
    fc.asyncProperty(steps, sizes, fc.nat(11), fc.nat(11), async (all, groups, prefix, stop) => {
      const entries = entriesOf(all)
      const connection = await tables(await aDatabase())
      const overtaken = writerOver(connection)
      const held = Math.min(stop, entries.length - 1)
      if (held > 0) await overtaken.write(entries.slice(0, held))
      await sink(connection, entries, groups)
      const before = await contentOf(connection)
      await overtaken.write(entries.slice(held, held + 2))
      expect(await contentOf(connection)).toEqual(before)
      const again = writerOver(connection)
      for (const entry of entries.slice(0, prefix + 1)) await again.write([entry])
      await writerOver(connection).write(entries.slice(0, prefix + 1))
      expect(await contentOf(connection)).toEqual(before)
    }),
    { numRuns: runs },
  )
})

it('and expires day by day, cut short anywhere, with each event counted once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, sizes, losses, fc.nat(3), async (all, groups, lost, days) => {
      const entries = entriesOf(all)
      const connection = await tables(await aDatabase())
      const middle = Math.ceil(entries.length / 2)
      await sink(connection, entries.slice(0, middle), groups)
      await expireAgain(unreliable(connection, new Map(lost)), 86_400_000 * days)
      expect(await connection.rows(unaccounted)).toEqual([])
      await sink(connection, entries, groups)
      expect(await connection.rows(unaccounted)).toEqual([])
      await expireAgain(unreliable(connection, new Map(lost)), 86_400_000 * days)
      expect(await connection.rows(unaccounted)).toEqual([])
      expect(
        await connection.rows('SELECT * FROM events WHERE received_at < {ms:Int64} / 1000', {
          parameters: { ms: 86_400_000 * days },
        }),
      ).toEqual([])
      const kept = await connection.rows<{ total: number }>('SELECT sum(stored + expired) AS total FROM sessions')
      expect(kept[0]?.total).toBe(all.reduce((sum, { events }) => sum + events, 0))
    }),
    { numRuns: runs },
  )
})

it.each([0, 1, 2, 3, 4, 5, 6])('and what comes late to a day whose expiry was cut short at step %s', async (step) => {
  const entries = entriesOf(Array.from({ length: 4 }, () => ({ ...quiet, events: 2, rejected: 1 })))
  const connection = await tables(await aDatabase())
  await sink(connection, entries.slice(0, 2), [2])
  const cut = expireDays(unreliable(connection, new Map([[step, 'before']])), 86_400_000)
  await cut.catch(() => {})
  await sink(connection, entries, [2])
  await expireAgain(connection, 86_400_000)
  expect(await connection.rows(unaccounted)).toEqual([])
  // What comes after a day was counted goes with the next expiry.
  await expireAgain(connection, 86_400_000)
  expect(await connection.rows('SELECT stored, expired FROM sessions')).toEqual([{ stored: 0, expired: 8 }])
})

const quiet = { session: 'a' as const, dropped: 0, missing: 0, level: 0, end: false, day: 0 }

/** Until nothing fails. */
async function expireAgain(connection: Connection, beforeMs: number): Promise<void> {
  for (;;) {
    try {
      await expireDays(connection, beforeMs)
      return
    } catch (error) {
      if (!String(error).includes('lost')) throw error
    }
  }
}

it('when the server is killed in the midst of it', async () => {
  const server = await aClickHouse()
  const random = fc.sample(steps, { seed: 7, numRuns: 20 }).flat()
  const entries = entriesOf(random)
  const url = await makeDatabase(server.url, 'killed')
  const expected = await tables(await aDatabase())
  await sink(expected, entries, [7])
  const connection = await tables(url)
  let { kill } = server
  const port = Number(new URL(server.url).port)
  for (let round = 0; round < 3; round++) {
    const writing = sink(connection, entries, [3]).catch(() => 'failed')
    await new Promise((resolve) => setTimeout(resolve, 150))
    await kill()
    await writing
    const again = await startClickHouse(server.folder, port)
    kill = again.kill
    onTestFinished(again.kill)
  }
  await sink(connection, entries, [3])
  expect(await contentOf(connection)).toEqual(await contentOf(expected))
  expect(await connection.rows(unaccounted)).toEqual([])
})

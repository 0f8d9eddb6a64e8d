/** Whoever is forgotten stays so, whichever of two sinks is killed when, writes late, or writes again, and wherever erasing is cut short. */
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Connection } from '../../packages/collector/src/clickhouse/connection.ts'
import { eraseForgotten } from '../../packages/collector/src/clickhouse/erasure.ts'
import { planGroup } from '../../packages/collector/src/commit/plan-group.ts'
import type { SessionBatch } from '../../packages/collector/src/commit/session-batch.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import { forgettingBatch } from '../../packages/collector/src/jetstream/forget-session.ts'
import type { GroupWriter, LogItem } from '../../packages/collector/src/sink/group-writer.ts'
import { aBatch } from '../../packages/collector/src/test-doubles.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { segment, sink, tables, unreliable, writerOver } from './replay-harness.ts'

const aDatabase = sharedClickHouse()
const runs = Number(process.env.DOWNLINK_REPLAY_RUNS ?? 6)

/** What comes of a session next: so many events and rejected ones, or that it is forgotten; then it starts anew. */
const steps = fc.array(
  fc.record({
    session: fc.constantFrom('a', 'b'),
    forgets: fc.nat(3).map((which) => which === 0),
    events: fc.integer({ min: 1, max: 4 }),
    rejected: fc.nat(2),
    level: fc.nat(2),
  }),
  { minLength: 6, maxLength: 14 },
)

type Step = (typeof steps extends fc.Arbitrary<infer Value> ? Value : never)[number]

/** What one of two sinks does next: it may have been killed before, so that it reads where the store stands. */
const turns = fc.array(
  fc.record({ sink: fc.nat(1), isNew: fc.boolean(), size: fc.integer({ min: 1, max: 4 }), erases: fc.boolean() }),
  { minLength: 4, maxLength: 12 },
)

type Turn = (typeof turns extends fc.Arbitrary<infer Value> ? Value : never)[number]

const losses = fc.uniqueArray(fc.tuple(fc.nat(60), fc.constantFrom('before', 'after')), {
  selector: ([at]) => at,
  maxLength: 10,
})

/** What may be read of a session in the end. */
interface Expected {
  readonly events: readonly number[]
  readonly rejected: readonly number[]
  readonly forgotten: number
}

interface Written {
  readonly entries: readonly LogItem[]
  readonly expected: ReadonlyMap<string, Expected>
}

function written(all: readonly Step[]): Written {
  const records = new Map<string, SessionRecord>()
  const expected = new Map<string, Expected>()
  const entries: LogItem[] = []
  for (const step of all) {
    const before = records.get(step.session)
    if (step.forgets && !before) continue
    const batch = step.forgets && before ? forgettingBatch(before, 1) : batchOf(step, before)
    const append = { sessionId: step.session, expectedSeq: before?.committedSeq ?? 0, batch, resolve() {} }
    const [write] = planGroup([append], () => ({ record: before, isConfirmed: true })).writes
    if (!write) throw new Error('Expected a write')
    records.set(step.session, write.record)
    entries.push({ write, bytes: 100, end: { segment, offset: entries.length + 1 } })
    const { events = [], rejected = [], forgotten = 0 } = expected.get(step.session) ?? {}
    const first = (before?.committedSeq ?? 0) + 1
    const more = sequence(first, step.events)
    expected.set(
      step.session,
      step.forgets
        ? { events: [], rejected: [], forgotten: forgotten + events.length }
        : {
            events: [...events, ...more],
            rejected: [...rejected, ...sequence(first + step.events, step.rejected)],
            forgotten,
          },
    )
  }
  return { entries, expected }
}

const sequence = (first: number, length: number) => Array.from({ length }, (_, at) => first + at)

function batchOf({ session, events, rejected, level }: Step, before: SessionRecord | undefined): SessionBatch {
  const from = before?.committedSeq ?? 0
  const upTo = from + events + rejected
  return aBatch(from + 1, events, {
    ...{ upTo, pushed: upTo, receivedAt: 1 },
    rejected: sequence(from + events + 1, rejected).map((seq) => ({
      ...{ sessionId: session, seq, code: 'bad_event' as const, message: '', raw: '{}', receivedAt: 1 },
    })),
    labels: { earlier: [], from: from + 1, latest: { level: String(level) } },
    ...(before?.forgottenAtMs !== undefined && { restarts: true }),
  })
}

/** A sink as it goes: where it stands in the log is its own to know, until it is killed. */
interface RunningSink {
  readonly writer: GroupWriter
  at: number
}

async function begun(connection: Connection): Promise<RunningSink> {
  const writer = writerOver(connection)
  return { writer, at: (await writer.readPosition())?.offset ?? 0 }
}

async function contentOf({ rows }: Connection): Promise<ReadonlyMap<string, Expected>> {
  const sessions = await rows<{ session_id: string; forgotten: number }>('SELECT session_id, forgotten FROM sessions')
  const events = await rows<{ session_id: string; seq: number }>('SELECT session_id, seq FROM events ORDER BY seq')
  const rejected = await rows<{ session_id: string; seq: number }>(
    'SELECT session_id, seq FROM rejected_events ORDER BY seq',
  )
  const of = (id: string, all: typeof events) => all.filter(({ session_id }) => session_id === id).map(({ seq }) => seq)
  return new Map(
    sessions.map(({ session_id: id, forgotten }) => [
      id,
      { events: of(id, events), rejected: of(id, rejected), forgotten },
    ]),
  )
}

/** Rows that nobody reads any more, and that are there. */
const unerased = ['event_rows', 'rejected_rows'].map(
  (table) => `SELECT count() AS rows FROM ${table} AS row
    INNER JOIN (SELECT session_id, up_to FROM forgotten_sessions FINAL) AS gone USING (session_id) WHERE row.seq <= gone.up_to`,
)

const olderLabels = `SELECT count() AS rows FROM label_history AS row
  INNER JOIN (SELECT session_id, up_to FROM forgotten_sessions FINAL) AS gone USING (session_id)
  WHERE row.from_seq <= gone.up_to AND row.labels IS NOT NULL`

const patient = () => delay(20)

/** Its sink ended between who was forgotten and the record that counts it, and somebody erased before the next one wrote that. */
const erasedTooSoon: [Step[], Turn[], [number, string][]] = [
  [
    { session: 'b', forgets: false, events: 1, rejected: 0, level: 0 },
    { session: 'a', forgets: false, events: 1, rejected: 0, level: 0 },
    { session: 'a', forgets: true, events: 1, rejected: 0, level: 0 },
  ],
  [
    { sink: 0, isNew: false, size: 2, erases: false },
    { sink: 0, isNew: false, size: 1, erases: true },
    { sink: 0, isNew: false, size: 1, erases: false },
  ],
  [[6, 'after']],
]

/** Both sinks came to who is forgotten, the later one in a longer group, of which it wrote no record. */
const groupedOtherwise: [Step[], Turn[], [number, string][]] = [
  [
    { session: 'a', forgets: false, events: 1, rejected: 0, level: 0 },
    { session: 'a', forgets: true, events: 1, rejected: 0, level: 0 },
    { session: 'b', forgets: false, events: 1, rejected: 0, level: 0 },
  ],
  [
    { sink: 1, isNew: false, size: 1, erases: false },
    { sink: 0, isNew: false, size: 1, erases: false },
    { sink: 1, isNew: false, size: 2, erases: false },
  ],
  [[13, 'before']],
]

it('reads nothing of before, and all that came since, once each', async () => {
  await fc.assert(
    fc.asyncProperty(steps, turns, losses, async (all, plan, lost) => {
      const { entries, expected } = written(all)
      const connection = await tables(await aDatabase())
      const bad = unreliable(connection, new Map(lost))
      const sinks: (RunningSink | undefined)[] = []
      for (const { sink: which, isNew, size, erases } of plan) {
        // One that is killed, or fails, begins where the store stands; the other goes on from where it stood itself.
        const running = (isNew ? undefined : sinks[which]) ?? (await begun(bad))
        const group = entries.slice(running.at, running.at + size)
        const outcome = group.length === 0 ? undefined : await running.writer.write(group).catch(() => 'failed')
        running.at += group.length
        sinks[which] = outcome === 'failed' ? undefined : running
        if (erases) await eraseForgotten(bad, undefined, patient).catch(() => {})
      }
      await sink(connection, entries, [3])
      // Whoever was held up goes on, however late.
      for (const late of sinks) await late?.writer.write(entries.slice(late.at, late.at + 2)).catch(() => {})
      expect(await contentOf(connection)).toEqual(expected)
      await eraseForgotten(connection, undefined, patient)
      for (const sql of unerased) expect(await connection.rows(sql)).toEqual([{ rows: 0 }])
      expect(await contentOf(connection)).toEqual(expected)
      expect(await connection.rows(olderLabels)).toEqual([{ rows: 0 }])
    }),
    { numRuns: runs, examples: [erasedTooSoon, groupedOtherwise], interruptAfterTimeLimit: 200_000 },
  )
}, 240_000)

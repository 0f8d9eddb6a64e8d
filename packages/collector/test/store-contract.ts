/** Says what every store does, whichever database is behind it: run over DuckDB beside this file, over ClickHouse in `tests/cluster`. */
import { describe, expect, it } from 'vitest'
import type { AcceptedEvent } from '../src/commit/encoded-events.ts'
import { newRecord, type SessionRecord } from '../src/commit/session-record.ts'
import type { DataSource } from '../src/data-source.ts'
import type { SessionFilter } from '../src/query/session-search.ts'
import type { EventStore, StoreGroup } from '../src/sink/event-store.ts'

export interface StoreUnderTest {
  readonly store: EventStore
  /** Forgets a session as whoever follows the log does, once it comes to that. */
  forget(sessionId: string): Promise<void>
  /** Deletes what came before the begin of a day, in UTC. */
  expire(receivedBeforeMs: number): Promise<void>
  readonly source: Pick<DataSource, 'search' | 'labels' | 'ledgers' | 'pages' | 'timelines' | 'sandbox'>
}

export const positionAt = (offset: number) => ({ segment: 'partition-07', offset })

export const startMs = 1_767_225_600_000

export const anEvent = (
  seq: number,
  over: Partial<AcceptedEvent['event']> = {},
  more: Partial<AcceptedEvent> = {},
) => ({
  seq,
  event: { type: 'shot', timestamp: startMs + seq * 1000, json: `{"n":${seq}}`, ...over },
  ...more,
})

export function aRecord(sessionId: string, over: Partial<SessionRecord> = {}): SessionRecord {
  return { ...newRecord(sessionId, startMs), proofHash: 'abc', ...over }
}

export function aGroup(offset: number, over: Partial<StoreGroup>): StoreGroup {
  const none = { events: [], rejected: [], sessions: [], earlierLabels: [], logBytes: 0 }
  return { ...none, position: positionAt(offset), ...over }
}

const run = (sessionId: string, events: readonly AcceptedEvent[], clockOffsetMs?: number) => ({
  ...{ sessionId, receivedAt: startMs + 5000, clockOffsetMs, events },
})

/** @param open one that its test has for itself */
export function describeStore(database: string, open: () => Promise<StoreUnderTest>): void {
  describe(`a store on ${database}`, () => {
    it('knows nothing at first', async () => {
      const { store, source } = await open()
      expect(await store.readPosition()).toBeUndefined()
      expect(await store.readSessions(['s'])).toEqual(new Map())
      expect(await source.ledgers.get('s')).toBeUndefined()
    })

    it('gives back position and records as they were given, the latest of each', async () => {
      const { store } = await open()
      const record = aRecord("plain:it's \\ one", {
        ...{
          committedSeq: 5,
          pushed: 9,
          stored: 3,
          rejected: { bad_event: 1 },
          dropped: { overflow: 1 },
          delivery: 'plain',
        },
        ...{ clockOffsetMs: -0.1 + 0.7, build: 'b "1"', labels: { player: 'é"\'\\', __proto__x: '1' }, labelsFrom: 3 },
      })
      expect(await store.write(aGroup(10, { sessions: [record, aRecord('t')] }))).toEqual({ kind: 'written' })
      expect(await store.readPosition()).toEqual(positionAt(10))
      const later = { ...record, pushed: 12, ended: true, forgottenAtMs: startMs, schema: 'v2' }
      await store.write(aGroup(12, { sessions: [later] }))
      expect(await store.readPosition()).toEqual(positionAt(12))
      const found = await store.readSessions([record.sessionId, 't', 'unknown'])
      expect(found).toEqual(new Map([later, aRecord('t')].map((each) => [each.sessionId, each])))
    })

    it('gives back events as they were sent', async () => {
      const { store, source } = await open()
      const json =
        '{"b": 1,"a":0.12345678901234567890,"z":-0,"n":9007199254740993,"e":1e400,"half":"\\ud800","nul":"\\u0000"}'
      const events = [
        anEvent(1, { json, version: 3 }, { envelope: '{"id":"x","big":9007199254740993}', context: '{"page":"/"}' }),
        anEvent(3, { type: "it's \\ ü 😀", timestamp: 1.2345, json: 'null' }),
        anEvent(4, { timestamp: -8_640_000_000_000_000 }),
        anEvent(9_007_199_254_740_991, { timestamp: 8_640_000_000_000_000 }),
      ]
      const rejected = [
        {
          sessionId: 's',
          seq: 2,
          code: 'bad_text',
          message: "it's",
          raw: '{"a":\n"\ud800"}',
          receivedAt: startMs,
        } as const,
      ]
      const sessions = [aRecord('s', { committedSeq: 5 })]
      const outcome = await store.write(aGroup(1, { events: [run('s', events, 1500)], rejected, sessions }))
      expect(outcome).toEqual({ kind: 'written' })
      const page = await source.pages.stored({ session: 's', after: 0, limit: 10 })
      expect(page.next).toBeNull()
      expect(page.events).toEqual([
        {
          ...{ id: 's:1', type: 'shot', timestamp: startMs + 1000, correctedTimestamp: startMs + 2500, sessionId: 's' },
          ...{ seq: 1, version: 3, receivedAt: startMs + 5000, context: { page: '/' } },
          envelope: { id: 'x', big: '9007199254740993' },
          data: {
            ...{
              b: 1,
              a: '0.12345678901234567890',
              z: '-0',
              n: '9007199254740993',
              e: '1e400',
              half: '\ud800',
              nul: '\0',
            },
          },
        },
        expect.objectContaining({ type: "it's \\ ü 😀", timestamp: 1, correctedTimestamp: 1501, data: null }),
        expect.objectContaining({ timestamp: -8_640_000_000_000_000 }),
        expect.objectContaining({ seq: 9_007_199_254_740_991, correctedTimestamp: 8_640_000_000_000_000 }),
      ])
      expect(Object.keys(page.events[0]?.data as object)).toEqual(['b', 'a', 'z', 'n', 'e', 'half', 'nul'])
      // Text that has a backslash is compared by its bytes where nobody knows the dialect.
      const hex = Buffer.from("it's \\ ü 😀").toString('hex').toUpperCase()
      expect((await answerOf(source, `SELECT seq FROM events WHERE hex(type) = '${hex}'`)).rows).toEqual([[3]])
      expect((await source.pages.rejected({ session: 's', limit: 10 })).events).toEqual([
        { sessionId: 's', seq: 2, code: 'bad_text', message: "it's", raw: '{"a":\n"\ufffd"}', receivedAt: startMs },
      ])
    })

    it('tries an event and leaves no trace of it', async () => {
      const { store, source } = await open()
      expect(await store.tryEvent(run('s', [anEvent(1)]))).toEqual({ kind: 'written' })
      expect((await source.pages.stored({ session: 's', after: 0, limit: 10 })).events).toEqual([])
    })

    it('tells what became of every event of a session, and which labels it had', async () => {
      const { store, source } = await open()
      const record = aRecord('s', {
        ...{ committedSeq: 7, pushed: 9, stored: 3, rejected: { bad_event: 1 }, dropped: { overflow: 2 }, missing: 1 },
        ...{ labels: { level: '2' }, labelsFrom: 4 },
      })
      const earlierLabels = [{ sessionId: 's', from: 1, until: 4, labels: { level: '1' } }]
      await store.write(aGroup(1, { sessions: [record], earlierLabels }))
      const ledger = await source.ledgers.get('s')
      expect(ledger).toMatchObject({ pushed: 9, stored: 3, missing: 3, outstanding: 0, balanced: false, open: false })
      expect(ledger?.earlierLabels).toEqual([{ from: 1, until: 4, labels: { level: '1' } }])
      await expectLedgerToAddUp(source)
      await store.write(aGroup(2, { sessions: [{ ...record, committedSeq: 9, stored: 5, missing: 1, ended: true }] }))
      expect(await source.ledgers.get('s')).toMatchObject({ pushed: 9, stored: 5, missing: 1, ended: true })
    })

    it('keeps numbers of a session that is forgotten, and nothing else of it', async () => {
      const { store, source, forget } = await open()
      const raw = { code: 'bad_event', message: '', raw: '{}', receivedAt: startMs } as const
      const record = aRecord('s', {
        ...{ committedSeq: 4, pushed: 6, stored: 3, rejected: { bad_event: 1 }, build: 'b' },
        ...{ labels: { player: 'ann' }, labelsFrom: 2 },
      })
      await store.write(
        aGroup(1, {
          events: [run('s', [anEvent(1), anEvent(2), anEvent(4)]), run('t', [anEvent(1)])],
          rejected: [{ sessionId: 's', seq: 3, ...raw }],
          earlierLabels: [{ sessionId: 's', from: 1, until: 2, labels: { player: 'guest' } }],
          sessions: [record, aRecord('t', { committedSeq: 1, pushed: 1, stored: 1 })],
        }),
      )
      await forget('s')
      const left = (await store.readSessions(['s'])).get('s')
      expect(left).toMatchObject({ stored: 0, forgotten: 3, forgottenAtMs: startMs, proofHash: 'abc', committedSeq: 4 })
      expect([left?.labels, left?.build, left?.labelsFrom]).toEqual([undefined, undefined, undefined])
      const ledger = await source.ledgers.get('s')
      expect(ledger).toMatchObject({ pushed: 6, stored: 0, forgotten: 3, rejected: { bad_event: 1 } })
      expect(ledger?.earlierLabels).toBeUndefined()
      await expectLedgerToAddUp(source)
      expect((await source.pages.stored({ session: 's', after: 0, limit: 10 })).events).toEqual([])
      expect((await source.pages.rejected({ session: 's', limit: 10 })).events).toEqual([])
      expect((await source.pages.stored({ session: 't', after: 0, limit: 10 })).events).toHaveLength(1)
      expect((await source.timelines.read('s', { after: 0, limit: 2 })).seq).toEqual([])
      expect((await source.labels.read()).labels).toEqual([])
      const counts =
        'SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM rejected_events) AS rejected'
      expect(await answerOf(source, counts)).toMatchObject({ rows: [[1, 0]] })
      const labels = "SELECT count(*) AS n FROM label_history WHERE session_id = 's' AND labels IS NOT NULL"
      expect(await answerOf(source, labels)).toMatchObject({ rows: [[0]] })
    })

    it('counts what expired of a session, and of one that is forgotten then', async () => {
      const { store, source, forget, expire } = await open()
      const dayMs = 86_400_000
      const events = [0, 1].map((day) => ({
        ...{ sessionId: 's', receivedAt: startMs + day * dayMs, events: [anEvent(2 * day + 1), anEvent(2 * day + 2)] },
      }))
      await store.write(aGroup(1, { events, sessions: [aRecord('s', { committedSeq: 4, pushed: 4, stored: 4 })] }))
      await expire(startMs + dayMs)
      expect(await source.ledgers.get('s')).toMatchObject({ stored: 2, expired: 2, forgotten: 0 })
      await expectLedgerToAddUp(source)
      await forget('s')
      expect(await source.ledgers.get('s')).toMatchObject({ stored: 0, expired: 2, forgotten: 2 })
      await expectLedgerToAddUp(source)
    })

    it('gives a timeline page by page', async () => {
      const { store, source } = await open()
      const events = [anEvent(1), anEvent(2, { type: 'crash' }), anEvent(5)]
      await store.write(aGroup(1, { events: [run('s', events), run('t', [anEvent(1)])], sessions: [aRecord('s')] }))
      expect(await source.timelines.read('s', { after: 0, limit: 2 })).toEqual({
        ...{ types: ['shot', 'crash'], errorTypes: [1], type: [0, 1], seq: [1, 1], next: 2 },
        ...{
          correctedTimestamp: [startMs + 1000, 1000],
          timestamp: [startMs + 1000, 1000],
          receivedAt: [startMs + 5000, 0],
        },
      })
      expect(await source.timelines.read('s', { after: 2, limit: 2 })).toMatchObject({ seq: [5], next: null })
    })

    it('gives the newest events of a session first, page by page', async () => {
      const { store, source } = await open()
      const events = [anEvent(1), anEvent(2, { type: 'crash' }), anEvent(3)]
      await store.write(aGroup(1, { events: [run('s', events)], sessions: [aRecord('s')] }))
      const first = await source.pages.stored({ session: 's', limit: 2 })
      expect(first.events.map(({ seq }) => seq)).toEqual([3, 2])
      const { events: rest, next } = await source.pages.stored({ session: 's', before: first.next ?? 0, limit: 2 })
      expect({ rest: rest.map(({ seq }) => seq), next }).toEqual({ rest: [1], next: null })
      expect((await source.pages.stored({ session: 's', type: 'crash', limit: 2 })).events).toHaveLength(1)
    })

    it('finds sessions by what they are and were', async () => {
      const { store, source } = await open()
      const sessions = [
        aRecord('a', {
          firstSeenMs: 4000,
          lastSeenMs: 9000,
          build: 'Rogue-1',
          labels: { level: '2', player: 'ann' },
          labelsFrom: 3,
        }),
        aRecord('b', { firstSeenMs: 3000, lastSeenMs: 9000, pushed: 4, committedSeq: 2, stored: 2 }),
        aRecord('c', {
          firstSeenMs: 2000,
          lastSeenMs: 9000,
          ended: true,
          committedSeq: 3,
          pushed: 3,
          stored: 2,
          rejected: { bad_event: 1 },
        }),
        aRecord('d', { firstSeenMs: 1000, lastSeenMs: 9000, labels: { 'odd/~name': 'x', player: 'Bob' } }),
        aRecord('v', { labels: { downlink_verify: '1' } }),
      ]
      const events = [
        run('a', [anEvent(1, { timestamp: 4000 }), anEvent(2, { timestamp: 6000, type: 'JsError' })]),
        run('c', [anEvent(1, { timestamp: 2000 }), anEvent(2, { timestamp: 2500 })]),
      ]
      const earlierLabels = [{ sessionId: 'a', from: 1, until: 3, labels: { level: '1', mode: 'Easy' } }]
      await store.write(aGroup(1, { sessions, events, earlierLabels }))
      const idsOf = async (filter: Partial<SessionFilter>) => {
        const { sessions: found } = await source.search.find({ sort: 'newest', limit: 10, ...filter })
        return found.map(({ sessionId }) => sessionId).join('')
      }
      expect(await idsOf({})).toBe('abcd')
      expect(await idsOf({ build: 'Rogue-1' })).toBe('a')
      expect(await idsOf({ label: 'level' })).toBe('a')
      expect(await idsOf({ label: 'level', value: '1' })).toBe('a')
      expect(await idsOf({ label: 'level', value: '3' })).toBe('')
      expect(await idsOf({ label: 'odd/~name' })).toBe('d')
      expect(await idsOf({ label: 'downlink_verify' })).toBe('v')
      expect(await idsOf({ player: 'ann' })).toBe('a')
      expect(await idsOf({ player: 'bob' })).toBe('')
      expect(await idsOf({ text: 'bOB' })).toBe('d')
      expect(await idsOf({ text: 'easy' })).toBe('a')
      expect(await idsOf({ text: 'rogue' })).toBe('a')
      expect(await idsOf({ text: "it's \\" })).toBe('')
      expect(await idsOf({ state: 'complete' })).toBe('c')
      expect(await idsOf({ state: 'lost' })).toBe('b')
      expect(await idsOf({ state: 'lost_page' })).toBe('b')
      expect(await idsOf({ state: 'rejecting' })).toBe('c')
      expect(await idsOf({ state: 'open' })).toBe('')
      expect(await idsOf({ error: 'true' })).toBe('a')
      expect(await idsOf({ error: 'false' })).toBe('bcd')
      expect(await idsOf({ minLengthMs: 501 })).toBe('a')
      expect(await idsOf({ minLengthMs: 500, maxLengthMs: 1999 })).toBe('c')
      expect(await idsOf({ sort: 'length' })).toBe('acdb')
      expect(await idsOf({ sort: 'events', limit: 1 })).toBe('c')
      const first = await source.search.find({ sort: 'newest', limit: 3 })
      expect(first).toMatchObject({ total: 4, missing: 2 })
      expect(first.sessions[0]).toMatchObject({ errors: 1, lengthMs: 2000, states: [], build: 'Rogue-1' })
      expect(first.sessions[1]?.states).toEqual(['lost', 'lost_page'])
      expect(await idsOf({ limit: 3, before: first.next ?? '' })).toBe('d')
    })

    it('lists labels, builds and types', async () => {
      const { store, source } = await open()
      const sessions = [
        aRecord('a', { build: '1', labels: { level: '2' }, labelsFrom: 3, lastSeenMs: 5000 }),
        aRecord('b', { build: '2', labels: { level: '2', mode: 'x' }, lastSeenMs: 6000 }),
        aRecord('v', { labels: { downlink_verify: '1' } }),
      ]
      const earlierLabels = [
        { sessionId: 'a', from: 1, until: 2, labels: { level: '1' } },
        { sessionId: 'a', from: 2, until: 3, labels: { level: '2' } },
      ]
      const events = [
        run('a', [anEvent(1), anEvent(2), anEvent(3, { type: 'crash' }), anEvent(4, { type: 'downlink_verify' })]),
      ]
      await store.write(aGroup(1, { sessions, earlierLabels, events }))
      expect(await source.labels.read()).toEqual({
        labels: [
          {
            name: 'level',
            sessions: 3,
            distinct: 2,
            values: [
              { value: '2', sessions: 2 },
              { value: '1', sessions: 1 },
            ],
          },
          { name: 'mode', sessions: 1, distinct: 1, values: [{ value: 'x', sessions: 1 }] },
        ],
        builds: [
          { build: '2', sessions: 1, lastSeen: 6000 },
          { build: '1', sessions: 1, lastSeen: 5000 },
        ],
        types: [
          { type: 'shot', events: 2 },
          { type: 'crash', events: 1 },
        ],
      })
    })

    it('answers SQL, so much of it as an answer may hold', async () => {
      const { store, source } = await open()
      const verified = [aRecord('v', { labels: { downlink_verify: '1' }, stored: 1, committedSeq: 1 })]
      const events = [run('s', [anEvent(1), anEvent(2)]), run('v', [anEvent(1, { type: 'downlink_verify' })])]
      await store.write(
        aGroup(1, { events, sessions: [aRecord('s', { committedSeq: 2, pushed: 2, stored: 2 }), ...verified] }),
      )
      expect(await answerOf(source, 'SELECT seq, type FROM events ORDER BY session_id, seq -- all')).toMatchObject({
        columns: [{ name: 'seq' }, { name: 'type' }],
        rows: [
          [1, 'shot'],
          [2, 'shot'],
          [1, 'downlink_verify'],
        ],
        truncated: false,
      })
      expect(await answerOf(source, 'SELECT received_at FROM events LIMIT 1')).toMatchObject({
        rows: [['2026-01-01T00:00:05.000Z']],
      })
      const counts = 'SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM sessions) AS sessions'
      expect(await answerOf(source, counts)).toMatchObject({ rows: [[3, 2]] })
      expect(await answerOf(source, counts, 'players')).toMatchObject({ rows: [[2, 1]] })
      const balanced = "SELECT session_id, pushed, stored, outstanding FROM ledgers WHERE balanced AND session_id = 's'"
      expect(await answerOf(source, balanced)).toMatchObject({ rows: [['s', 2, 2, 0]] })
    })

    it('takes no session for balanced in which one count makes up for another that is below 0', async () => {
      const { store, source } = await open()
      const counts = { committedSeq: 2, pushed: 2, stored: 3, dropped: { overflow: -1 } }
      await store.write(aGroup(1, { sessions: [aRecord('s', counts)] }))
      expect(await source.ledgers.get('s')).toMatchObject({ stored: 3, balanced: false })
      expect(await answerOf(source, 'SELECT balanced FROM ledgers')).toMatchObject({ rows: [[false]] })
    })

    it.each([
      ['SELEC 1', 'bad_sql'],
      ['SELECT nothing FROM events', 'bad_sql'],
      ['', 'bad_sql'],
      ['SELECT 1; SELECT 2', 'forbidden_sql'],
      ["INSERT INTO events (session_id) VALUES ('x')", 'forbidden_sql'],
      ['DROP TABLE events', 'forbidden_sql'],
    ])('refuses %s as %s', async (sql, code) => {
      const { source } = await open()
      await expect(answerOf(source, sql)).rejects.toMatchObject({ code })
    })
  })
}

const unbalanced = `SELECT * FROM ledgers
  WHERE pushed <> stored + expired + forgotten + rejected + dropped + missing + outstanding`

export async function expectLedgerToAddUp(source: StoreUnderTest['source']): Promise<void> {
  expect(await answerOf(source, unbalanced)).toMatchObject({ rows: [] })
}

export async function answerOf({ sandbox }: Pick<DataSource, 'sandbox'>, sql: string, sessions?: 'players') {
  const pieces: string[] = []
  await sandbox.answer(sql, async (piece) => void pieces.push(piece), { sessions })
  return JSON.parse(pieces.join(''))
}

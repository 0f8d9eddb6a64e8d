/** Rejected events that a mended schema accepts stand where they belong, and each ledger still adds up. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { Collector, CollectorOptions, Listening } from '@downlink/collector'
import { diagnose, repair } from '@downlink/collector/doctor'
import { defineEvents } from '@downlink/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { changeDatabase } from './change-database.ts'
import { aClient, aCollector, aFolder, aHello, post, rowsOf } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'

const strict = defineEvents({ hit: z.object({ damage: z.int() }), hull_error: z.object({ at: z.string() }) })
const mended = defineEvents({
  hit: z.object({ damage: z.number() }),
  hull_error: z.object({ at: z.union([z.string(), z.number()]) }),
})

const hit = (damage: unknown, timestamp = 5) => ({ type: 'hit', timestamp, version: 2, data: { damage } })

const queryOf = (collector: Collector) => async (sql: string) => (await collector.query(sql)).rows

async function rejudge({ url }: Pick<Listening, 'url'>, query = '', headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/rejudge${query}`, { method: 'POST', headers })
  const lines = (await response.text()).trim().split('\n')
  return { status: response.status, last: JSON.parse(lines.at(-1) ?? '') }
}

/** A folder at rest with what the strict schemas make of a few events. */
async function aFolderOfRejections(hello = aHello({ meta: { build: 'b7' } })) {
  const data = await aFolder()
  const { listening, stop } = await aCollector({ data, events: strict })
  const client = await aClient(listening, hello)
  await client.hello()
  await client.batch(1, [
    hit(1),
    hit(2.5, 2),
    { type: 'hull_error', timestamp: 9, data: { at: 7 } },
    hit('much'),
    { type: 7 },
    { type: 'flown', timestamp: 6 },
    hit(3),
  ])
  await stop()
  return { data, hello }
}

async function aMendedCollector(options: CollectorOptions = {}) {
  const { data, hello } = await aFolderOfRejections()
  const running = await aCollector({ ...options, data, events: mended })
  return { ...running, hello, query: queryOf(running.collector) }
}

const selectEvents =
  'SELECT seq, type, version, epoch_ms(ts), data::VARCHAR, envelope, ts = corrected_ts FROM events ORDER BY seq'
const selectRejected = 'SELECT seq, code FROM rejected_events ORDER BY seq'
const selectLedger = 'SELECT stored, rejected, expired, forgotten, balanced FROM ledgers'

it('counts what would be stored by type and code, then stores it, as if it had been accepted when it came', async () => {
  const { listening, query, data, stop } = await aMendedCollector()
  const counts = [
    { type: 'hit', code: 'invalid_payload', events: 1 },
    { type: 'hull_error', code: 'invalid_payload', events: 1 },
  ]
  const result = { judged: 4, events: 2, counts }
  const before = await query(selectRejected)
  expect(await rejudge(listening, '?dryRun=true')).toMatchObject({ status: 200, last: { result } })
  expect(await query(selectRejected)).toEqual(before)
  const [received] = await query('SELECT received_at FROM events WHERE seq = 1')
  expect(await rejudge(listening)).toEqual({ status: 200, last: { result } })
  expect(
    (await query('SELECT seq, type, version, epoch_ms(ts), data::VARCHAR FROM events ORDER BY seq')).flat(),
  ).toEqual([
    ...[1, 'hit', 2, 5, '{"damage":1}'],
    ...[2, 'hit', 2, 2, '{"damage":2.5}'],
    ...[3, 'hull_error', null, 9, '{"at":7}'],
    ...[7, 'hit', 2, 5, '{"damage":3}'],
  ])
  expect(await query('SELECT DISTINCT received_at FROM events')).toEqual([received])
  expect(
    await query(
      'SELECT DISTINCT corrected_ts - ts = (SELECT to_microseconds((clock_offset_ms * 1000)::BIGINT) FROM sessions) FROM events',
    ),
  ).toEqual([[true]])
  expect(await query(selectRejected)).toEqual([
    [4, 'invalid_payload'],
    [5, 'bad_event'],
    [6, 'unknown_type'],
  ])
  expect(await query(selectLedger)).toEqual([[4, 3, 0, 0, true]])
  expect(await query("SELECT rejected->>'invalid_payload', error_events FROM sessions")).toEqual([['1', 1]])
  await expectLedgersToAddUp(query)
  expect(await rejudge(listening)).toMatchObject({ last: { result: { judged: 2, events: 0, counts: [] } } })
  expect(await (await fetch(`${listening.url}/metrics`)).text()).toContain('downlink_events_rejudged_total 2')
  await stop()
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
})

it('moves only what it is asked for by type, and nothing whose text is not whole', async () => {
  const { data } = await aFolderOfRejections()
  await changeDatabase(data, 'UPDATE rejected_events SET raw = left(raw, 20) WHERE seq = 3')
  const { listening, collector } = await aCollector({ data, events: mended })
  const one = [{ type: 'hit', code: 'invalid_payload', events: 1 }]
  expect(await rejudge(listening, '?type=hull_error')).toMatchObject({ last: { result: { judged: 0, events: 0 } } })
  expect(await rejudge(listening, '?type=hit')).toMatchObject({ last: { result: { judged: 2, counts: one } } })
  expect(await queryOf(collector)(selectLedger)).toEqual([[3, 4, 0, 0, true]])
})

it('lets an open session go on: what follows undoes nothing, and a sequence that comes again is a repeat', async () => {
  const { listening, query, hello, data, stop } = await aMendedCollector()
  const client = await aClient(listening, { ...hello, conn: 2, next: 8, pushed: 7 })
  expect(await client.hello()).toMatchObject({ t: 'welcome', ack: 7 })
  await client.batch(8, [hit(4)])
  await rejudge(listening)
  expect(await client.batch(9, [hit(5), hit('x')])).toMatchObject({ t: 'ack', seq: 10 })
  expect(await client.batch(2, [hit(2.5)], 10)).toMatchObject({ t: 'ack', seq: 10 })
  expect(await query(selectLedger)).toEqual([[6, 4, 0, 0, true]])
  await expectLedgersToAddUp(query)
  await stop()
  const again = await aCollector({ data, events: mended })
  const back = await aClient(again.listening, { ...hello, conn: 3, next: 11, pushed: 10 })
  expect(await back.hello()).toMatchObject({ t: 'welcome', ack: 10 })
  await back.batch(11, [hit(6)])
  expect(await queryOf(again.collector)(selectLedger)).toEqual([[7, 4, 0, 0, true]])
  await expectLedgersToAddUp(queryOf(again.collector))
})

it('keeps what a plain event carries beside its payload', async () => {
  const data = await aFolder()
  const first = await aCollector({ data, events: strict })
  await post(first.listening, [{ type: 'hit', data: { damage: 0.5 }, ship: 'Aurora' }])
  await first.stop()
  const { listening, collector } = await aCollector({ data, events: mended })
  expect(await rejudge(listening)).toMatchObject({ last: { result: { events: 1 } } })
  expect(
    await queryOf(collector)(
      'SELECT data::VARCHAR, envelope::VARCHAR, epoch_ms(ts) = epoch_ms(received_at) FROM events',
    ),
  ).toEqual([['{"damage":0.5}', '{"ship":"Aurora"}', true]])
})

it('stores nothing of a session that is forgotten, and what it has stored expires and is forgotten as any event', async () => {
  const { listening, query, hello } = await aMendedCollector()
  await rejudge(listening)
  await (await fetch(`${listening.url}/api/prune?olderThanMs=0`, { method: 'POST' })).text()
  expect(await query(selectLedger)).toEqual([[0, 3, 4, 0, true]])
  await expectLedgersToAddUp(query)
  await (await fetch(`${listening.url}/api/sessions/${hello.session}`, { method: 'DELETE' })).text()
  expect(await rejudge(listening)).toMatchObject({ last: { result: { judged: 0, events: 0 } } })
})

it('comes out the same from an older copy and the log', async () => {
  const { data, hello } = await aFolderOfRejections()
  const file = join(data, 'downlink.duckdb')
  await copyFile(file, `${file}.older`)
  const { listening, stop } = await aCollector({ data, events: mended })
  const client = await aClient(listening, { ...hello, conn: 2, next: 8, pushed: 7 })
  await client.hello()
  await client.batch(8, [hit(4), hit({})])
  await rejudge(listening)
  await client.batch(10, [hit(5)])
  await stop()
  const all = async () => [
    await rowsOf(data, selectEvents),
    await rowsOf(data, selectRejected),
    await rowsOf(data, selectLedger),
  ]
  const before = await all()
  await copyFile(`${file}.older`, file)
  // Whoever has no schemas applies what those of then have accepted.
  const again = await aCollector({ data })
  await expectLedgersToAddUp(queryOf(again.collector))
  await again.stop()
  expect(await all()).toEqual(before)
})

it.each(['DELETE FROM events', 'DELETE FROM sessions'])('comes back from the log after: %s', async (damage) => {
  let isMended = false
  const { listening, data, stop } = await aCollector({ events: defineEvents({ hit: z.custom(() => isMended) }) })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, [hit(1), hit(2)])
  isMended = true
  await rejudge(listening)
  await client.batch(3, [hit(3)])
  await stop()
  const before = await rowsOf(data, selectEvents)
  await changeDatabase(data, damage)
  expect((await repair(data)).after.status).toBe('sound')
  expect(await rowsOf(data, selectEvents)).toEqual(before)
  expect(await rowsOf(data, 'SELECT stored::INT, rejected, missing::INT, committed_seq::INT FROM sessions')).toEqual([
    [3, '{}', 0, 3],
  ])
})

it('wants the admin token where there is one, and refuses what it does not know', async () => {
  const { listening } = await aCollector({ readToken: 'r', adminToken: 'a' })
  const statusOf = async (token: string, query = '') =>
    (await rejudge(listening, query, { authorization: `Bearer ${token}` })).status
  expect([await statusOf('r'), await statusOf('x'), await statusOf('a')]).toEqual([403, 401, 200])
  expect(await statusOf('a', '?dryrun=true')).toBe(400)
})

it('takes any number of pages', async () => {
  const data = await aFolder()
  const first = await aCollector({ data, events: strict })
  await post(first.listening, [hit(0.5)])
  await first.stop()
  await changeDatabase(
    data,
    `INSERT INTO rejected_events SELECT session_id, 1 + range, code, message, raw, received_at, context FROM rejected_events, range(1, 2500);
      UPDATE sessions SET committed_seq = 2500, pushed = 2500, rejected = '{"invalid_payload":2500}'`,
  )
  const { listening, collector } = await aCollector({ data, events: mended })
  expect(await rejudge(listening)).toMatchObject({ last: { result: { judged: 2500, events: 2500 } } })
  expect(await queryOf(collector)(selectLedger)).toEqual([[2500, 0, 0, 0, true]])
  await expectLedgersToAddUp(queryOf(collector))
})

type Step = { readonly kind: 'push'; readonly payloads: readonly (number | string)[] } | { readonly kind: Other }
type Other = 'rejudge' | 'prune' | 'restart' | 'restore'

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      payloads: fc.array(fc.constantFrom(1, 0.5, 'x'), { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom<Other>('rejudge', 'prune', 'restart', 'restore') }) },
)

it('accounts for each event once, whatever is pushed, judged anew, deleted and put back, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 2, maxLength: 8 }), async (steps) => {
      const { data, hello } = await aFolderOfRejections()
      const file = join(data, 'downlink.duckdb')
      await copyFile(file, `${file}.older`)
      let [next, conn, restarts] = [8, 1, 0]
      let running = await aCollector({ data, events: strict })
      const start = async () => {
        running = await aCollector({ data, events: restarts++ % 2 === 0 ? mended : strict })
      }
      for (const step of steps) {
        if (step.kind === 'push') {
          const client = await aClient(running.listening, { ...hello, conn: ++conn, next, pushed: next - 1 })
          await client.hello()
          if (step.payloads.length > 0)
            await client.batch(
              next,
              step.payloads.map((payload) => hit(payload)),
            )
          next += step.payloads.length
        } else if (step.kind === 'rejudge') await rejudge(running.listening)
        else if (step.kind === 'prune') {
          await (await fetch(`${running.listening.url}/api/prune?olderThanMs=0`, { method: 'POST' })).text()
        } else {
          const counts = await queryOf(running.collector)(selectLedger)
          await running.stop()
          if (step.kind === 'restore') {
            await copyFile(`${file}.older`, file)
            await start()
            await running.stop()
          }
          // The log keeps what came after it until the next start.
          await copyFile(file, `${file}.older`)
          await start()
          expect(await queryOf(running.collector)(selectLedger)).toEqual(counts)
        }
        await expectLedgersToAddUp(queryOf(running.collector))
      }
      await running.stop()
      expect(await diagnose(data)).toMatchObject({ status: 'sound' })
    }),
    { numRuns: Number(process.env.DOWNLINK_LIFE_RUNS ?? 2) },
  )
}, 600_000)

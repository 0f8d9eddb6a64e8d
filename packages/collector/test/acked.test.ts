/** Acknowledged sessions over real sockets, into a real database. */
import { expect, it } from 'vitest'
import { aClient, aCollector, aFolder, aHello, post, rowsOf } from './harness.ts'

const event = (n: number) => ({ type: 'a', timestamp: 1_767_225_600_000 + n, data: { n } })
const noTotals = { dropped: {}, rejected: {} }
const ledger = `SELECT committed_seq::INT, pushed::INT, stored::INT, rejected::VARCHAR, dropped::VARCHAR, missing::INT, ended FROM sessions`

it('answers hello with welcome, and a batch with an ack once it is in the database', async () => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  expect(await client.hello({ meta: { build: 'b1', labels: { env: 'test' } } })).toEqual({
    t: 'welcome',
    ack: 0,
    window: 2000,
    maxBatchBytes: 262_144,
    beatMs: 15_000,
    now: expect.any(Number),
    totals: noTotals,
    features: ['context'],
  })
  expect(await client.batch(1, [event(1), { type: 'b', timestamp: 2.5, version: 3 }])).toEqual({
    t: 'ack',
    seq: 2,
    totals: noTotals,
  })
  await stop()
  const events =
    'SELECT seq::INT, type, version, epoch_us(ts)::DOUBLE, data::VARCHAR, envelope FROM events ORDER BY seq'
  expect(await rowsOf(data, events)).toEqual([
    [1, 'a', null, 1_767_225_600_001_000, '{"n":1}', null],
    [2, 'b', 3, 2500, 'null', null],
  ])
  expect(await rowsOf(data, 'SELECT session_id, delivery, build, labels::VARCHAR FROM sessions')).toEqual([
    [client.session, 'acked', 'b1', '{"env":"test"}'],
  ])
})

it('trims repeats, counts drops by reason and remembers the end', async () => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, [event(1), event(2), event(3)])
  expect(
    await client.batch(2, [event(2), event(3), { drop: { overflow: 4, disabled: 1 } }, event(9)], 9),
  ).toMatchObject({
    seq: 9,
    totals: { dropped: { overflow: 4, disabled: 1 } },
  })
  client.send({ t: 'batch', seq: 10, pushed: 9, events: [], end: true })
  expect(await client.next()).toMatchObject({ seq: 9 })
  await stop()
  expect(await rowsOf(data, 'SELECT seq::INT FROM events ORDER BY seq')).toEqual([[1], [2], [3], [9]])
  expect(await rowsOf(data, ledger)).toEqual([[9, 9, 4, '{}', '{"overflow":4,"disabled":1}', 0, true]])
})

it('says where a session stands when it comes back, also to another collector on the same folder', async () => {
  const data = await aFolder()
  const hello = aHello()
  const first = await aCollector({ data })
  const client = await aClient(first.listening, hello)
  await client.hello()
  await client.batch(1, [event(1), { type: '' }, { drop: { sampled: 1 } }], 7)
  await first.stop()
  const second = await aCollector({ data })
  const again = await aClient(second.listening, hello)
  // From 1 on it would be welcomed before a slow store has said where it stands.
  expect(await again.hello({ conn: 2, next: 4, pushed: 7 })).toMatchObject({
    ack: 3,
    totals: { dropped: { sampled: 1 }, rejected: { bad_event: 1 } },
  })
})

it('records as missing what a wiped store never had', async () => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  expect(await client.hello({ next: 11, pushed: 12 })).toMatchObject({ ack: 10 })
  expect(await client.batch(11, [event(11), event(12)])).toMatchObject({ seq: 12 })
  await stop()
  expect(await rowsOf(data, ledger)).toEqual([[12, 12, 2, '{}', '{}', 10, false]])
})

it('rejects single events with a code, in the ack and in the database', async () => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  expect(await client.batch(1, [event(1), { type: 'x', timestamp: 'soon' }, event(3)])).toEqual({
    t: 'ack',
    seq: 3,
    totals: { dropped: {}, rejected: { bad_timestamp: 1 } },
    rejected: [{ seq: 2, code: 'bad_timestamp', message: expect.stringContaining('"timestamp"') }],
  })
  await stop()
  expect(await rowsOf(data, 'SELECT session_id, seq::INT, code, raw FROM rejected_events')).toEqual([
    [client.session, 2, 'bad_timestamp', '{"type":"x","timestamp":"soon"}'],
  ])
})

it('takes a beacon that overtakes the socket, once', async () => {
  const { listening, data, stop } = await aCollector()
  const hello = aHello()
  const client = await aClient(listening, hello)
  await client.hello()
  const beacon = { ...hello, pushed: 4, seq: 1, events: [event(1), event(2), event(3), event(4)] }
  const posted = await post(listening, beacon)
  expect([posted.status, await posted.json()]).toEqual([
    200,
    { t: 'ack', seq: 4, ack: 4, totals: noTotals, rejected: [], features: ['context'] },
  ])
  expect(await client.batch(1, [event(1), event(2)], 4)).toMatchObject({ seq: 4 })
  expect(await client.batch(3, [event(3), event(4), event(5)], 5)).toMatchObject({ seq: 5 })
  await stop()
  expect(await rowsOf(data, 'SELECT seq::INT FROM events ORDER BY seq')).toEqual([[1], [2], [3], [4], [5]])
})

it('lets a newer connection take over and ignores the older one', async () => {
  const { listening, data, stop } = await aCollector()
  const hello = aHello()
  const older = await aClient(listening, hello)
  await older.hello()
  await older.batch(1, [event(1)])
  const newer = await aClient(listening, hello)
  expect(await newer.hello({ conn: 2, next: 2, pushed: 1 })).toMatchObject({ ack: 1 })
  expect(await older.closed).toMatchObject({ code: 4409 })
  expect(await newer.batch(2, [event(2)])).toMatchObject({ seq: 2 })
  const late = await aClient(listening, hello)
  late.send({ t: 'hello', ...hello })
  expect(await late.closed).toMatchObject({ code: 4409 })
  expect(await newer.batch(3, [event(3)])).toMatchObject({ seq: 3 })
  await stop()
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM events')).toEqual([[3]])
})

it('beats on its own', async () => {
  const { listening } = await aCollector({ limits: { heartbeatMs: 200 } })
  const client = await aClient(listening)
  await client.hello()
  expect(await client.next()).toEqual({ t: 'beat' })
  expect(await client.next()).toEqual({ t: 'beat' })
})

it('beats when asked', async () => {
  // Of its own it would not, in the time of a test.
  const { listening } = await aCollector({ limits: { heartbeatMs: 600_000 } })
  const client = await aClient(listening)
  await client.hello()
  client.send({ t: 'ping' })
  expect(await client.next()).toEqual({ t: 'beat' })
})

it('reaps a socket that is silent for two beats', async () => {
  const { listening } = await aCollector({ limits: { heartbeatMs: 200 } })
  const client = await aClient(listening, aHello(), { autoPong: false })
  await client.hello()
  expect(await client.closed).toMatchObject({ code: 1006 })
})

it('acknowledges what it took and closes with 1012 when it is closed', async () => {
  const { listening, data, stop } = await aCollector({ commit: { groupMs: 200 } })
  const client = await aClient(listening)
  await client.hello()
  client.send({ t: 'batch', seq: 1, pushed: 1, events: [event(1)] })
  client.send({ t: 'ping' })
  expect(await client.next()).toEqual({ t: 'beat' })
  const stopped = stop()
  expect(await client.next()).toMatchObject({ t: 'ack', seq: 1 })
  expect(await client.closed).toMatchObject({ code: 1012 })
  await stopped
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM events')).toEqual([[1]])
})

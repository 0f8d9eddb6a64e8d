/** Acknowledged sessions over a real socket, into a real database. */
import { expect, it } from 'vitest'
import { aClient, aCollector, rowsOf } from './harness.ts'

it('answers a hello with a welcome and a batch with an ack once it is in the database', async () => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  expect(await client.hello()).toMatchObject({ t: 'welcome', ack: 0, window: 2000 })
  client.send({
    t: 'batch',
    seq: 1,
    pushed: 2,
    events: [
      { type: 'a', timestamp: 1, data: { x: 1 } },
      { type: 'b', timestamp: 2 },
    ],
  })
  expect(await client.next()).toEqual({ t: 'ack', seq: 2, totals: { dropped: {}, rejected: {} } })
  await stop()
  expect(await rowsOf(data, 'SELECT seq::INT, type, data::VARCHAR FROM events ORDER BY seq')).toEqual([
    [1, 'a', '{"x":1}'],
    [2, 'b', 'null'],
  ])
})

/** What `downlink verify` sends while it runs stands in no list, no live feed and no question; whoever asks for it finds it. */
import type { LiveCounters, LiveTail } from '@downlink/collector'
import { expect, it } from 'vitest'
import { aClient, aCollector, aHello, aListener } from './harness.ts'

it('leaves a verification out of lists, of the live feed and of questions, unless somebody asks for it', async () => {
  const { listening } = await aCollector()
  const listener = await aListener(listening.url)
  const send = async (type: string, labels: Record<string, string>): Promise<string> => {
    const hello = aHello({ meta: { labels } })
    const client = await aClient(listening, hello)
    await client.hello()
    await client.batch(1, [{ type, timestamp: 1, data: {} }])
    return hello.session
  }
  const verification = await send('downlink_verify', { downlink_verify: 'run' })
  const player = await send('jumped', { player: 'Ada' })
  const get = async (path: string) =>
    (await fetch(`${listening.url}/api/${path}`, { headers: { prefer: 'wait=60' } })).json()
  const rowsOf = async (sql: string, sessions?: string) => {
    const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
    const body = JSON.stringify({ sql, sessions })
    return (await (await fetch(`${listening.url}/api/query`, { method: 'POST', headers, body })).json()).rows
  }

  const selectCounts = `SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM sessions),
    (SELECT count(*) FROM ledgers), (SELECT count(*) FROM (SELECT session_id FROM events JOIN sessions USING (session_id)))`
  expect(await rowsOf(selectCounts)).toEqual([[2, 2, 2, 2]])
  expect(await rowsOf(selectCounts, 'players')).toEqual([[1, 1, 1, 1]])
  expect(await rowsOf(selectCounts, 'all')).toEqual([[2, 2, 2, 2]])

  const idsOf = ({ sessions }: { readonly sessions: readonly { readonly sessionId: string }[] }) =>
    sessions.map(({ sessionId }) => sessionId)
  const sessions = await get('sessions')
  expect([idsOf(sessions), sessions.total]).toEqual([[player], 1])
  expect(idsOf(await get('sessions?label=downlink_verify'))).toEqual([verification])

  const { labels, types } = await get('labels')
  expect([labels, types]).toMatchObject([[{ name: 'player' }], [{ type: 'jumped' }]])
  const typesOf = async (query: string) =>
    (await get(`events${query}`)).events.map((event: { readonly type: string }) => event.type)
  expect(await typesOf('')).toEqual(['jumped'])
  expect(await typesOf('?type=downlink_verify')).toEqual(['downlink_verify'])
  expect(await typesOf(`?session=${verification}`)).toEqual(['downlink_verify'])

  const tail = await listener.next<LiveTail>('tail')
  expect(tail.events.map(({ type }) => type)).toEqual(['jumped'])
  const { types: counted } = await listener.next<LiveCounters>('counters', ({ stored }) => stored === 2)
  expect(counted).toEqual({ jumped: 1 })
})

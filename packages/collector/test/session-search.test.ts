/** Sessions are found by whatever is known of them, page by page, and what they can be told apart by is listed. */
import { expect, it } from 'vitest'
import { aClient, aCollector, aHello, post } from './harness.ts'

interface Play {
  readonly build?: string
  readonly labels?: Record<string, string>
  /** Types of events, a second apart. */
  readonly types?: readonly string[]
  /** From one event to the next. @default 1000 */
  readonly stepMs?: number
  readonly drop?: object
  readonly pushed?: number
  readonly end?: boolean
}

const startMs = 1_767_225_600_000

async function aGame() {
  const { listening } = await aCollector()
  const get = async (path: string, parameters: Record<string, string> = {}) => {
    const response = await fetch(`${listening.url}/api/${path}?${new URLSearchParams(parameters)}`, {
      headers: { prefer: 'wait=60' },
    })
    return { status: response.status, body: await response.json() }
  }
  /** Of the sessions that are found. */
  const found = async (parameters: Record<string, string> = {}) => {
    const { status, body } = await get('sessions', parameters)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.sessions.map(({ sessionId }: { sessionId: string }) => sessionId)
  }
  async function play({ build, labels, types = ['start'], stepMs = 1000, end = true, pushed = types.length }: Play) {
    const hello = aHello({ pushed, meta: { ...(build && { build }), ...(labels && { labels }) } })
    const events = types.map((type, at) => ({ type, timestamp: startMs + at * stepMs, data: {} }))
    const answer = await post(listening, { ...hello, seq: 1, events, end })
    expect(answer.status).toBe(200)
    return hello.session
  }
  return { listening, get, found, play }
}

it('finds sessions by build, label, player and text', async () => {
  const { play, found } = await aGame()
  const ada = await play({ build: '1.4.1', labels: { player: 'ada', gpu: 'Iris Xe', 'a/b~c': '', $: 'x' } })
  const bo = await play({ build: '1.4.2', labels: { player: 'bo', gpu: 'RTX 3060', note: '100%_Ünit' } })
  const nobody = await play({})
  expect(new Set(await found())).toEqual(new Set([nobody, bo, ada]))
  expect(await found({ build: '1.4.1' })).toEqual([ada])
  expect(await found({ build: '1.4' })).toEqual([])
  expect(await found({ label: 'note' })).toEqual([bo])
  expect(await found({ label: 'gpu', value: 'Iris Xe' })).toEqual([ada])
  expect(await found({ label: 'gpu', value: 'iris xe' })).toEqual([])
  expect(await found({ label: 'a/b~c', value: '' })).toEqual([ada])
  expect(await found({ label: '$', value: 'x' })).toEqual([ada])
  expect(await found({ label: '$.gpu' })).toEqual([])
  expect(await found({ player: 'bo' })).toEqual([bo])
  expect(await found({ player: 'bo', build: '1.4.1' })).toEqual([])
  expect(await found({ text: 'rtx' })).toEqual([bo])
  expect(await found({ text: '%_ün' })).toEqual([bo])
  expect(await found({ text: '.4.' })).toHaveLength(2)
  expect(await found({ text: nobody.slice(4, 30).toUpperCase() })).toEqual([nobody])
  // The name of a label is no value.
  expect(await found({ text: 'player' })).toEqual([])
})

it('takes what is asked for as a value, whatever is in it', async () => {
  const { play, found, get } = await aGame()
  const odd = `'; DROP TABLE sessions; -- "$build" \\u0041 {} %`
  const session = await play({ build: odd, labels: { [odd]: odd, player: odd } })
  for (const parameters of [{ build: odd }, { label: odd, value: odd }, { player: odd }, { text: odd }]) {
    expect(await found(parameters), JSON.stringify(parameters)).toEqual([session])
  }
  expect((await get('labels')).body.labels).toMatchObject([
    { name: odd, values: [{ value: odd, sessions: 1 }] },
    { name: 'player', distinct: 1 },
  ])
})

it('finds sessions by what became of them, and says in which states each is', async () => {
  const { play, found, get, listening } = await aGame()
  const complete = await play({})
  const lost = await play({ pushed: 3 })
  const silent = await play({ end: false, pushed: 2 })
  const rejecting = await play({ types: ['start', ''] })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, [{ type: 'start', timestamp: startMs }], 5)
  const bySession = (parameters: Record<string, string>) => found(parameters).then((ids) => ids.sort())
  expect(await bySession({ state: 'open' })).toEqual([client.session])
  expect(await bySession({ state: 'complete' })).toEqual([complete, rejecting].sort())
  expect(await bySession({ state: 'lost' })).toEqual([lost, silent].sort())
  expect(await bySession({ state: 'lost_page' })).toEqual([silent])
  expect(await bySession({ state: 'rejecting' })).toEqual([rejecting])
  const { body } = await get('sessions')
  const statesOf = Object.fromEntries(
    body.sessions.map(({ sessionId, states }: { sessionId: string; states: string[] }) => [sessionId, states]),
  )
  expect(statesOf).toEqual({
    [complete]: ['complete'],
    [lost]: ['lost'],
    [silent]: ['lost', 'lost_page'],
    [rejecting]: ['complete', 'rejecting'],
    [client.session]: ['open'],
  })
  expect(body).toMatchObject({ total: 5, missing: 3 })
  expect((await get('sessions', { state: 'lost' })).body).toMatchObject({ total: 2, missing: 3 })
  client.ws.close(1000)
  await client.closed
  await expect.poll(() => bySession({ state: 'open' })).toEqual([])
  expect((await get('sessions', { sort: 'missing' })).body.sessions[0]).toMatchObject({
    sessionId: client.session,
    missing: 4,
    states: ['lost', 'lost_page'],
  })
})

it.each([
  [['error', 'js_error', 'net.Error', 'HttpException', 'unhandledrejection', 'crash', 'Crashed'], 7],
  [['errors', 'error_shown', 'car_crashed', 'crash_test', 'level_failed'], 0],
])('counts of %j %i as error events', async (types, errors) => {
  const { play, found, get } = await aGame()
  const session = await play({ types })
  expect((await get('sessions')).body.sessions[0].errors).toBe(errors)
  expect(await found({ error: 'true' })).toEqual(errors > 0 ? [session] : [])
  expect(await found({ error: 'false' })).toEqual(errors > 0 ? [] : [session])
})

it('finds sessions by their length, and sorts them', async () => {
  const { play, found, get } = await aGame()
  const short = await play({ types: ['a'] })
  const long = await play({ types: ['a', 'b', 'c'] })
  const medium = await play({ types: ['a', 'b'], pushed: 9 })
  expect(await found({ sort: 'length' })).toEqual([long, medium, short])
  expect(await found({ sort: 'events' })).toEqual([long, medium, short])
  expect((await found({ sort: 'missing' }))[0]).toBe(medium)
  expect((await get('sessions', { sort: 'length' })).body.sessions[0].lengthMs).toBe(2000)
  expect(await found({ sort: 'length', minLengthMs: '1000' })).toEqual([long, medium])
  expect(await found({ maxLengthMs: '999' })).toEqual([short])
  expect(await found({ minLengthMs: '1000', maxLengthMs: '1000' })).toEqual([medium])
})

it('takes a session for as long as it was heard of where its clock jumped, and for as long as it was played offline', async () => {
  const { play, found, get } = await aGame()
  const [hourMs, yearMs] = [3_600_000, 31_536_000_000]
  const jumped = await play({ types: ['a', 'b'], stepMs: 10 * yearMs })
  const setBack = await play({ types: ['a', 'b'], stepMs: -10 * yearMs })
  const offline = await play({ types: ['a', 'b'], stepMs: 20 * hourMs })
  const short = await play({ types: ['a', 'b', 'c'] })
  expect((await found({ sort: 'length' })).slice(0, 2)).toEqual([offline, short])
  expect((await found({ maxLengthMs: '500' })).sort()).toEqual([jumped, setBack].sort())
  expect(await found({ minLengthMs: `${2 * hourMs}` })).toEqual([offline])
  const { sessions } = (await get('sessions', { sort: 'length' })).body
  expect(sessions[0].lengthMs).toBe(20 * hourMs)
})

it.each(['newest', 'length', 'events', 'missing'])(
  'pages through what it found, by %s, without gaps or doubles',
  async (sort) => {
    const { play, get } = await aGame()
    for (const count of [1, 2, 2, 3, 1, 2]) {
      await play({ build: 'b', types: Array.from({ length: count }, () => 'a'), pushed: count * 2 })
    }
    await play({ build: 'other' })
    const all = (await get('sessions', { build: 'b', sort })).body
    expect(all).toMatchObject({ total: 6, missing: 11, next: null })
    const paged: unknown[] = []
    for (let before: string | null = ''; before !== null; ) {
      const { body } = await get('sessions', { build: 'b', sort, limit: '2', ...(before !== '' && { before }) })
      expect(body).toMatchObject({ total: 6, missing: 11 })
      paged.push(...body.sessions)
      before = body.next
    }
    expect(paged).toEqual(all.sessions)
  },
)

it('knows how many there are where it shows none', async () => {
  const { play, get } = await aGame()
  expect((await get('sessions')).body).toEqual({ sessions: [], total: 0, missing: 0, next: null })
  await play({ pushed: 2 })
  expect((await get('sessions', { before: '0.x' })).body).toEqual({ sessions: [], total: 1, missing: 1, next: null })
})

it('lists labels, builds and types, the most frequent first', async () => {
  const { play, get } = await aGame()
  expect((await get('labels')).body).toEqual({ labels: [], builds: [], types: [] })
  await play({ build: '1', labels: { gpu: 'x', player: 'ada' }, types: ['a', 'b'] })
  await play({ build: '1', labels: { gpu: 'y' }, types: ['b'] })
  await play({ build: '2', labels: { gpu: 'y' }, types: ['b'] })
  await play({ types: ['c'] })
  expect((await get('labels')).body).toEqual({
    labels: [
      {
        name: 'gpu',
        sessions: 3,
        distinct: 2,
        values: [
          { value: 'y', sessions: 2 },
          { value: 'x', sessions: 1 },
        ],
      },
      { name: 'player', sessions: 1, distinct: 1, values: [{ value: 'ada', sessions: 1 }] },
    ],
    builds: [
      { build: '2', sessions: 1, lastSeen: expect.any(Number) },
      { build: '1', sessions: 2, lastSeen: expect.any(Number) },
    ],
    types: [
      { type: 'b', events: 3 },
      { type: 'a', events: 1 },
      { type: 'c', events: 1 },
    ],
  })
})

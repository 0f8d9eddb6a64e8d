/** The read side over HTTP: what was sent comes back, page by page, and only to those who may have it. */
import { request } from 'node:http'
import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { expectToFit } from './documented-schema.ts'
import { aClient, aCollector, aCollectorOnce, aFolder } from './harness.ts'

const events = defineEvents({ hit: z.object({ shipId: z.string(), damage: z.int() }) })
const aHit = (damage: unknown = 10) => ({ type: 'hit', timestamp: 1_767_225_600_000, data: { shipId: 'r1', damage } })

async function aRunning(options: Parameters<typeof aCollector>[0] = {}) {
  const running = await aCollector(options)
  const { url } = running.listening
  return {
    ...running,
    url,
    get: async (path: string, headers: Record<string, string> = {}) => {
      // What was acknowledged before, however slow the machine is.
      const response = await fetch(url + path, { headers: { prefer: 'wait=60', ...headers } })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    query: async (sql: string) => {
      const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
      const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
      return { status: response.status, body: await response.json() }
    },
    post: (body: string) => fetch(`${url}/telemetry`, { method: 'POST', body }),
  }
}

/** `fetch` sets Host and Origin itself. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

it('shows a session and its ledger as it goes', async () => {
  const { collector, listening, get, query } = await aRunning({ events })
  const client = await aClient(listening)
  await client.hello({ meta: { build: '1.2', labels: { branch: 'main' } } })
  client.send({ t: 'batch', seq: 1, pushed: 9, events: [aHit(), aHit('much'), { drop: { overflow: 3 } }, aHit()] })
  await client.next()

  const expected = {
    sessionId: client.session,
    delivery: 'acked',
    pushed: 9,
    stored: 2,
    expired: 0,
    forgotten: 0,
    rejected: { invalid_payload: 1 },
    dropped: { overflow: 3 },
    missing: 0,
    outstanding: 3,
    ended: false,
    open: true,
    balanced: true,
    firstSeen: expect.any(Number),
    lastSeen: expect.any(Number),
    build: '1.2',
    labels: { branch: 'main' },
  }
  expect((await get(`/api/sessions/${client.session}/ledger`)).body).toEqual(expected)
  const found = { ...expected, states: ['open', 'rejecting'], errors: 0, lengthMs: 0 }
  expect((await get('/api/sessions')).body).toEqual({ sessions: [found], total: 1, missing: 0, next: null })
  expect(await collector.ledger(client.session)).toEqual(expected)

  client.ws.close(1000)
  await client.closed
  const closed = { ...expected, open: false, missing: 3, outstanding: 0, balanced: false }
  await expect
    .poll(async () => (await get(`/api/sessions/${client.session}/ledger`)).body)
    .toMatchObject({
      ...closed,
      lastSeen: expect.any(Number),
    })
  expect((await get('/api/sessions')).body.missing).toBe(3)
  // To SQL, a session whose link is gone may still come back.
  const view = 'SELECT missing, outstanding, balanced, last_seen IS NOT NULL FROM ledgers'
  expect((await query(view)).body.rows).toEqual([[0, 3, true, true]])
})

it('expects nothing from a session that has ended, even while its socket is up', async () => {
  const { listening, get, query } = await aRunning({ events })
  const client = await aClient(listening)
  await client.hello()
  client.send({ t: 'batch', seq: 1, pushed: 5, events: [aHit()], end: true })
  await client.next()
  const missing = { missing: 4, outstanding: 0, ended: true, balanced: false }
  expect((await get(`/api/sessions/${client.session}/ledger`)).body).toMatchObject({ ...missing, open: true })
  expect((await get('/api/sessions')).body).toMatchObject({ missing: 4 })
  const view = 'SELECT missing, outstanding, ended, balanced FROM ledgers'
  expect((await query(view)).body.rows).toEqual([[4, 0, true, false]])
})

it('pages through sessions, newest first, without gaps or doubles', async () => {
  const { post, get } = await aRunning()
  for (let at = 0; at < 7; at++) await post('[{"type":"x"}]')
  const seen: string[] = []
  const times: number[] = []
  for (let before: string | null = ''; before !== null; ) {
    const { body } = await get(`/api/sessions?limit=3${before === '' ? '' : `&before=${encodeURIComponent(before)}`}`)
    for (const session of body.sessions) {
      seen.push(session.sessionId)
      times.push(session.firstSeen)
    }
    before = body.next
  }
  expect(new Set(seen).size).toBe(7)
  expect(times).toEqual([...times].sort((a, b) => b - a))
})

it('knows no session that it never saw', async () => {
  const { collector, get } = await aRunning()
  expect(await get('/api/sessions/nobody/ledger')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  })
  expect(await collector.ledger('nobody')).toBeUndefined()
})

it('gives stored events back: newest first, or in order after a sequence', async () => {
  const { listening, get, post } = await aRunning()
  const client = await aClient(listening)
  await client.hello()
  await client.batch(
    1,
    ['a', 'b', 'a', 'c', 'a'].map((type, at) => ({ type, timestamp: 1000 + at, data: at, version: 2 })),
  )
  await post('[{"type":"p","mine":1}]')
  const typesOf = async (path: string) => (await get(path)).body.events.map(({ type }: { type: string }) => type)

  expect(await typesOf('/api/events')).toEqual(['p', 'a', 'c', 'a', 'b', 'a'])
  expect(await typesOf('/api/events?type=a&limit=2')).toEqual(['a', 'a'])
  expect(await typesOf(`/api/events?session=${client.session}&after=2`)).toEqual(['a', 'c', 'a'])

  const first = (await get(`/api/events?session=${client.session}&after=0&limit=3`)).body
  expect(first.next).toBe(3)
  expect(first.events[0]).toEqual({
    id: `${client.session}:1`,
    type: 'a',
    timestamp: 1000,
    correctedTimestamp: expect.any(Number),
    data: 0,
    sessionId: client.session,
    seq: 1,
    version: 2,
    receivedAt: expect.any(Number),
  })
  expect((await get(`/api/events?session=${client.session}&after=3&limit=2`)).body.next).toBeNull()
  expect((await get('/api/events?type=p')).body.events[0].envelope).toEqual({ mine: 1 })

  const page = (await get('/api/events?limit=4')).body
  const rest = (await get(`/api/events?limit=4&before=${page.next}`)).body
  expect(page.events.length + rest.events.length).toBe(6)
  expect(rest.next).toBeNull()
})

it('gives rejected events back with their reasons', async () => {
  const { post, get } = await aRunning({ events })
  await post('[{"type":"hit","data":{"damage":1}},{"type":"unheard"}]')
  const { body } = await get('/api/rejected')
  expect(body.events.map(({ seq, code }: { seq: number; code: string }) => [seq, code])).toEqual([
    [2, 'unknown_type'],
    [1, 'invalid_payload'],
  ])
  expect((await get('/api/rejected?code=unknown_type')).body.events[0].raw).toContain('unheard')
})

it('answers SQL, typed views included, by POST and in the process', async () => {
  const { collector, post, query } = await aRunning({ events })
  await post(JSON.stringify([aHit(), aHit(20)]))
  const sql = 'SELECT sum(damage) AS damage FROM hit'
  const answer = { columns: [{ name: 'damage', type: 'HUGEINT' }], rows: [[30]], truncated: false }
  expect((await query(sql)).body).toEqual(answer)
  expect(await collector.query(sql)).toEqual(answer)
  expect(await query('DELETE FROM events')).toMatchObject({ status: 403, body: { error: { code: 'forbidden_sql' } } })
  expect(await query('SELECT nothing')).toMatchObject({ status: 400, body: { error: { code: 'bad_sql' } } })
  await post(JSON.stringify([aHit(1)]))
  expect((await query(sql)).body.rows).toEqual([[31]])
})

const anyCollector = aCollectorOnce()

it.each([
  ['/api/events?limit=0', 400, 'bad_request'],
  ['/api/events?limit=1001', 400, 'bad_request'],
  ['/api/events?after=-1', 400, 'bad_request'],
  ['/api/events?type=%00', 400, 'bad_request'],
  ['/api/query', 404, 'not_found'],
  ['/api/query?sql=SELECT+1', 404, 'not_found'],
  ['/api/dump?format=xls', 400, 'bad_request'],
  ['/api/dump', 400, 'bad_request'],
  ['/api/nothing', 404, 'not_found'],
  ['/nothing', 404, 'not_found'],
  ['/%zz', 400, 'bad_request'],
  ['/telemetry', 405, 'bad_request'],
])('answers %s with %i %s', async (path, status, code) => {
  const { listening } = await anyCollector()
  const response = await fetch(listening.url + path)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } })
})

it('answers a query that is not JSON with 415 bad_request', async () => {
  const { url } = await aRunning()
  const headers = { 'content-type': 'text/csv' }
  const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: 'SELECT 1' })
  expect(response.status).toBe(415)
  expect(await response.json()).toMatchObject({ error: { code: 'bad_request' } })
})

it('asks for the read token everywhere but at health, and takes it as bearer or cookie', async () => {
  const { url, get } = await aRunning({ readToken: 'secret' })
  const guarded = [
    'sessions',
    'labels',
    'sessions/x/ledger',
    'events',
    'rejected',
    'dump?format=csv',
    'live',
    'health',
    'event-type?type=x',
    'openapi.json',
  ]
  for (const path of [...guarded.map((path) => `/api/${path}`), '/metrics']) {
    expect(await get(path), path).toMatchObject({ status: 401, body: { error: { code: 'unauthorised' } } })
    expect((await get(path, { authorization: 'Bearer wrong' })).status, path).toBe(401)
  }
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/api/sessions', { authorization: 'Bearer secret' })).status).toBe(200)

  const show = (token: string) =>
    fetch(`${url}/api/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=60' },
      body: JSON.stringify({ token }),
    })
  expect((await show('wrong')).status).toBe(401)
  const shown = await show('secret')
  expect(shown.status).toBe(204)
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect((await get('/api/sessions', { cookie })).status).toBe(200)
})

it('does not answer other hosts and origins, and never with a CORS header', async () => {
  const { url, get } = await aRunning({ origins: ['https://game.example'] })
  const { host } = new URL(url)
  for (const path of ['/', '/api/sessions', '/metrics']) {
    expect(await statusOf(url + path, { host: 'evil.example' }), path).toBe(403)
    expect(await statusOf(url + path, { host, origin: 'https://evil.example' }), path).toBe(403)
    // An origin that may send may not read.
    expect(await statusOf(url + path, { host, origin: 'https://game.example' }), path).toBe(403)
    expect(await statusOf(url + path, { host, origin: url }), path).toBe(200)
  }
  const { headers } = await get('/api/sessions')
  expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  expect(headers.get('cache-control')).toBe('no-store')
})

it('counts for Prometheus', async () => {
  const { post, url, listening } = await aRunning({ events })
  await post(JSON.stringify([aHit(), aHit(), { type: 'unheard' }]))
  const client = await aClient(listening)
  await client.hello()
  client.send({ t: 'batch', seq: 1, pushed: 5, events: [{ drop: { overflow: 5 } }] })
  await client.next()
  const gone = await aClient(listening)
  await gone.hello({ pushed: 9 })
  gone.ws.close(1000)
  await gone.closed
  await expect.poll(async () => (await fetch(`${url}/metrics`)).text()).toContain('\ndownlink_events_outstanding 9\n')
  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
  const lines = (await response.text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'downlink_events_stored_total{type="hit"} 2',
      'downlink_events_rejected_total{code="unknown_type"} 1',
      'downlink_events_dropped_total{reason="overflow"} 5',
      'downlink_events_missing_total 0',
      'downlink_events_pending 0',
      'downlink_sockets 1',
      expect.stringMatching(/^downlink_commits_total\{outcome="written"\} \d+$/),
      expect.stringMatching(/^downlink_commit_duration_seconds_count \d+$/),
    ]),
  )
})

it('tells what an event type promises, and which types there are', async () => {
  const { get } = await aRunning({ events })
  const [[type, schema] = ['', undefined]] = Object.entries(events.schemas)
  const { body } = await get(`/api/event-type?type=${type}`)
  expect(body).toEqual({
    types: Object.keys(events.schemas),
    versions: [{ since: 1, schema: schema?.['~standard'].jsonSchema?.input({ target: 'draft-2020-12' }) }],
  })
  expect(body.versions[0].schema.properties).toBeDefined()
  for (const unknown of ['nonsense', '__proto__', 'constructor']) {
    expect((await get(`/api/event-type?type=${unknown}`)).body).toEqual({ types: body.types, versions: [] })
  }
  expect((await get('/api/event-type')).status).toBe(400)
})

it('describes its routes as they are', async () => {
  const { get, post, url } = await aRunning({ events, schemaMode: 'warn' })
  await post(JSON.stringify([aHit(), { type: 'unheard' }, { type: 'half', data: '\ud83d' }]))
  await fetch(`${url}/telemetry`, { method: 'POST', headers: { origin: 'https://evil.example' }, body: '[]' })
  await (await fetch(`${url}/api/backup`, { method: 'POST' })).text()
  const { body } = await get('/api/openapi.json')
  const session = ['sessions', 'labels', 'sessions/{id}/ledger', 'sessions/{id}/timeline']
  const questions = ['questions', 'functions', 'dialect', 'questions/{name}']
  const paths = [
    'token',
    ...session,
    'events',
    'rejected',
    'query',
    'query/parquet',
    'dump',
    ...questions,
    'live',
    'prune',
    'rejudge',
    'sessions/{id}',
    'forget',
    'backup',
    'health',
    'event-type',
    'source-map',
  ]
  const beside = ['/healthz', '/readyz', '/metrics']
  expect(Object.keys(body.paths)).toEqual([...beside, ...paths.map((path) => `/api/${path}`)])
  for (const path of ['/healthz', '/readyz']) {
    expectToFit((await get(path)).body, body.paths[path].get.responses['200'].content['application/json'].schema)
  }
  for (const path of ['/api/sessions', '/api/events', '/api/rejected', '/api/health']) {
    const { schema } = body.paths[path].get.responses['200'].content['application/json']
    expectToFit((await get(path)).body, schema)
  }
})

it('goes on counting after a restart', async () => {
  const data = await aFolder()
  const before = await aRunning({ data, events })
  await before.post(JSON.stringify([aHit(), aHit()]))
  await before.stop()
  await expect(before.collector.query('SELECT 1')).rejects.toMatchObject({ code: 'wrong_state' })
  const after = await aRunning({ data, events })
  await after.post(JSON.stringify([aHit()]))
  expect((await after.query('SELECT count(*) FROM hit')).body.rows).toEqual([[3]])
})

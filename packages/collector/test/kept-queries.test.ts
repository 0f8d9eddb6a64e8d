/** A query is answered from what there was, to those who say how old that may be, and to nobody else. */
import { expect, it } from 'vitest'
import { aCollector, post } from './harness.ts'

const sql = 'SELECT count(*)::INT FROM events'

async function aGame() {
  const { listening } = await aCollector({ readToken: 'secret' })
  const ask = async (headers: Record<string, string> = {}, query = sql, path = 'query', token = 'secret') => {
    const response = await fetch(`${listening.url}/api/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=60', ...headers },
      body: JSON.stringify({ sql: query }),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const count = async (headers?: Record<string, string>) => (await ask(headers)).body.rows[0][0]
  const metric = async (name: string) => {
    const response = await fetch(`${listening.url}/metrics`, { headers: { authorization: 'Bearer secret' } })
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(await response.text())?.[1])
  }
  return { listening, ask, count, metric }
}

it('gives an older answer to who takes it, and tells how old it is and what it took', async () => {
  const { listening, ask, count, metric } = await aGame()
  await post(listening, [{ type: 'a' }])
  const askedAtMs = Date.now()
  const first = await ask({ 'cache-control': 'max-age=600' })
  expect([first.body.rows, first.headers.get('age')]).toEqual([[[1]], '0'])
  await post(listening, [{ type: 'a' }])
  const second = await ask({ 'cache-control': 'max-age=600' })
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
  expect(Number(second.headers.get('age'))).toBeGreaterThanOrEqual(0)
  expect(Number(second.headers.get('downlink-as-of'))).toBeGreaterThanOrEqual(askedAtMs)
  expect(second.headers.get('downlink-as-of')).toBe(first.headers.get('downlink-as-of'))
  expect(second.headers.get('server-timing')).toMatch(/^query;dur=\d+\.\d$/)
  expect(second.headers.get('cache-control')).toBe('no-store')
  expect([await metric('downlink_kept_answers'), await metric('downlink_kept_answers_served_total')]).toEqual([1, 1])
  expect(await metric('downlink_kept_answers_bytes')).toBeGreaterThan(50)
  // To all others it is as if it were not there.
  expect(await count()).toBe(2)
  expect(await count({ 'cache-control': 'max-age=600' })).toBe(1)
  expect(await count({ 'cache-control': 'max-age=0' })).toBe(2)
  expect(await count({ 'cache-control': 'max-age=600' })).toBe(2)
})

it('asks the database once for all that ask the same at once, also where who began has gone', async () => {
  const { listening, ask, metric } = await aGame()
  await post(listening, [{ type: 'a' }])
  const old = { 'cache-control': 'max-age=600' }
  // Long enough that all of them are there before it is answered.
  const slow = 'SELECT sum(a.range * b.range % 7)::BIGINT FROM range(20000) a, range(2000) b'
  const leaving = new AbortController()
  const first = fetch(`${listening.url}/api/query`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret', 'content-type': 'application/json', ...old },
    body: JSON.stringify({ sql: slow }),
    signal: leaving.signal,
  })
  const others = Array.from({ length: 20 }, () => ask(old, slow))
  leaving.abort()
  await expect(first).rejects.toThrow('abort')
  const answers = await Promise.all(others)
  expect(new Set(answers.map(({ body }) => JSON.stringify(body.rows))).size).toBe(1)
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(await metric('downlink_kept_answers_served_total')).toBeGreaterThan(18)
})

it('keeps no refusal, and opens no way around one', async () => {
  const { listening, ask, count } = await aGame()
  const old = { 'cache-control': 'max-age=600' }
  await post(listening, [{ type: 'a' }])
  expect(await count(old)).toBe(1)
  expect((await ask(old, sql, 'query', 'wrong')).status).toBe(401)
  expect((await ask(old, sql, 'query?x=1')).status).toBe(400)
  for (let times = 0; times < 2; times++) {
    expect((await ask(old, 'SELECT nothing')).body.error.code).toBe('bad_sql')
    expect((await ask(old, 'DELETE FROM events')).body.error.code).toBe('forbidden_sql')
  }
})

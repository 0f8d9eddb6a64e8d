import { expect, it, onTestFinished, vi } from 'vitest'
import { ApiError, fetchLedger, fetchNewestEvents, fetchSessions, isStoreAway, runQuery, runQuestion } from './api.ts'

/** What every `fetch` answers from now on. */
function answering(answer: () => Response | Error): void {
  vi.stubGlobal('fetch', async () => {
    const next = answer()
    if (next instanceof Error) throw next
    return next
  })
  onTestFinished(() => void vi.unstubAllGlobals())
}

const refusing = (status: number, code: string) => () =>
  Response.json({ error: { code, message: 'So it is.' } }, { status })

it('says what the collector refused, and knows when the database is away', async () => {
  answering(refusing(503, 'store_unavailable'))
  const refusal = await fetchSessions(20).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ status: 503, code: 'store_unavailable', message: 'So it is.' })
  expect(isStoreAway(refusal)).toBe(true)
  answering(refusing(503, 'query_killed'))
  expect(isStoreAway(await runQuery('SELECT 1').catch((error: unknown) => error))).toBe(false)
})

it('says what a proxy answers that speaks another language', async () => {
  answering(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await expect(runQuery('SELECT 1')).rejects.toThrow('The collector, or a proxy before it, answered 502.')
})

it('says that nobody answers, and that an answer broke off', async () => {
  answering(() => new TypeError('Failed to fetch'))
  await expect(runQuery('SELECT 1')).rejects.toThrow('The collector does not answer.')
  answering(() => new Response('{"columns":[],"rows":[[1'))
  await expect(runQuery('SELECT 1')).rejects.toThrow('The answer broke off. Ask again.')
})

it('hands out what came of an answer that ends with an error', async () => {
  const answer = { columns: [], rows: [[1]], truncated: true, error: { code: 'query_timeout', message: 'Too long.' } }
  answering(() => Response.json(answer))
  expect(await runQuery('SELECT 1')).toEqual(answer)
})

it('leaves what was given up as it is', async () => {
  answering(() => new DOMException('given up', 'AbortError'))
  const given = AbortSignal.abort()
  const error = await runQuery('SELECT 1', given).catch((reason: unknown) => reason)
  expect(error).toBe(given.reason)
  expect(error).not.toBeInstanceOf(ApiError)
})

it('waits for a database that is behind before it says that there is no session', async () => {
  const asked = vi.fn(async (_path: string, _init: RequestInit) => Response.json({ sessionId: 'a/b' }))
  vi.stubGlobal('fetch', asked)
  onTestFinished(() => void vi.unstubAllGlobals())
  await fetchLedger('a/b', new AbortController().signal)
  expect(asked).toHaveBeenCalledWith(
    'api/sessions/a%2Fb/ledger',
    expect.objectContaining({ headers: { prefer: 'wait=10' } }),
  )
})

it('takes an answer that lacks the newest for none yet', async () => {
  const { signal } = new AbortController()
  answering(() => Response.json({ events: [], next: null }, { headers: { 'downlink-as-of': '1' } }))
  expect(isStoreAway(await fetchNewestEvents(5, signal).catch((error: unknown) => error))).toBe(true)
  answering(() => Response.json({ events: [], next: null }))
  expect(await fetchNewestEvents(5, signal)).toEqual({ events: [], next: null })
})

it('tells of an older answer when it was asked for, and what it took then', async () => {
  const answer = { columns: [], rows: [[1]], truncated: false }
  const { signal } = new AbortController()
  answering(() => Response.json(answer, { headers: { age: '90', 'server-timing': 'query;dur=812.5' } }))
  const older = await runQuestion('SELECT 1', 600, signal)
  expect(older).toMatchObject({ ...answer, tookMs: 812.5 })
  expect(Date.now() - older.askedAtMs).toBeGreaterThanOrEqual(90_000)
  answering(() => Response.json(answer, { headers: { age: '0' } }))
  const { askedAtMs, tookMs } = await runQuestion('SELECT 1', 0, signal)
  expect(Date.now() - askedAtMs).toBeLessThan(60_000)
  expect(tookMs).toBeGreaterThanOrEqual(0)
})

/** What a read waits for, over a store that is behind. */
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { CollectorError } from '../errors.ts'
import type { Sandbox } from '../query/sandbox.ts'
import type { Sink } from '../sink/sink.ts'
import { createCollectorState } from '../store-process/collector-state.ts'
import { readHeaders } from '../store-process/messages.ts'
import { behindSink, createReadServer } from './read-server.ts'

const update = (count: number, atMs: number) => ({
  count,
  atMs,
  end: { segment: 's', offset: count },
  opened: [],
  closed: [],
})

const never = () => Promise.reject(new Error('not asked'))

function aServer(caughtUp: (timeoutMs: number) => boolean, answer: Sandbox['answer'] = never) {
  const collector = createCollectorState()
  const waited: number[] = []
  const sink: Sink = {
    lagMs: 0,
    follow() {},
    stop: async () => {},
    async caughtUp(timeoutMs) {
      waited.push(timeoutMs)
      return caughtUp(timeoutMs)
    },
  }
  const app = createReadServer({
    logger: pino({ level: 'silent' }),
    behindSince: behindSink({ collector, sink }),
    search: { find: async () => ({ sessions: [], total: 0, missing: 0, next: null }) },
    labels: { read: never },
    ledgers: { get: never },
    pages: { stored: never, rejected: never },
    timelines: { read: never },
    sandbox: { answer, validate: never },
    dumps: { write: never, writeAnswer: never },
  })
  onTestFinished(() => app.close())
  const read = (headers: Record<string, string> = {}) => app.inject({ url: '/sessions', headers })
  return { app, collector, waited, read }
}

it('says up to when it has all where the store is behind, and nothing where it is not', async () => {
  let isThere = true
  const { collector, read } = aServer(() => isThere)
  collector.take(update(1, 1000))
  collector.take(update(2, 2000))
  collector.applied(1)
  expect((await read({ [readHeaders.update]: '2' })).headers['downlink-as-of']).toBeUndefined()
  isThere = false
  const behind = await read({ [readHeaders.update]: '2' })
  expect([behind.statusCode, behind.headers['downlink-as-of']]).toEqual([200, '1000'])
})

it.each([
  [undefined, 1000],
  ['wait=10', 10_000],
  ['respond-async, wait=3', 3000],
  ['wait=86400', 60_000],
  ['wait=soon', 1000],
])('waits as long as is preferred by %j', async (prefer, ms) => {
  const { collector, waited, read } = aServer(() => true)
  collector.take(update(1, 1000))
  await read(prefer === undefined ? {} : { prefer })
  expect(waited).toEqual([ms])
})

it('waits for the update that the read has to see', async () => {
  const { collector, read } = aServer(() => true)
  collector.take(update(1, 1000))
  const answer = read({ [readHeaders.update]: '2' })
  let isAnswered = false
  void answer.then(() => {
    isAnswered = true
  })
  await new Promise(setImmediate)
  expect(isAnswered).toBe(false)
  collector.take(update(2, 2000))
  expect((await answer).headers['downlink-as-of']).toBeUndefined()
})

it.each([
  ['its last piece is written', true, '{"a":1}'],
  ['a piece of it is written', false, '{"a":1],"truncated":true,"error":{"code":"query_timeout","message":"late"}}'],
])('once %s, a read that is stopped leaves an answer that says what it is', async (_when, isLast, body) => {
  const { app } = aServer(
    () => true,
    async (_sql, write) => {
      await write('{"a":1}'.slice(0, isLast ? undefined : -1), isLast, new AbortController().signal)
      throw new CollectorError('query_timeout', 'late')
    },
  )
  const answer = await app.inject({ method: 'POST', url: '/query', payload: { sql: 'SELECT 1' } })
  expect([answer.statusCode, answer.body]).toEqual([200, body])
})

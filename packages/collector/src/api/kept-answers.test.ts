import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { createKeptAnswers, maxAgeOf, type QueryAnswer } from './kept-answers.ts'

const whole = (value: unknown) => JSON.stringify({ rows: [[value]], truncated: false })

const textOf = ({ body }: QueryAnswer) => (Buffer.isBuffer(body) ? String(body) : text(body))

function someAnswers() {
  let nowMs = 0
  let asked = 0
  const kept = createKeptAnswers({ wallMs: () => 1_000_000 + nowMs, monotonicMs: () => nowMs })
  return {
    kept,
    asked: () => asked,
    pass: (ms: number) => {
      nowMs += ms
    },
    /** What somebody is given to whom the store answers in pieces. */
    async answer(
      query: string,
      body: string | Readable,
      { headers = {}, tookMs = 0, maxAgeMs = 0, status = 200 } = {},
    ) {
      const answer = await kept.answer(query, maxAgeMs, new AbortController().signal, async () => {
        asked++
        nowMs += tookMs
        const pieces = typeof body === 'string' ? (body.match(/[\s\S]{1,1000}/g) ?? []) : []
        const stream = typeof body === 'string' ? Readable.from(pieces.map((piece) => Buffer.from(piece))) : body
        return { status, headers: { 'content-type': 'application/json', ...headers }, body: stream }
      })
      return { status: answer.status, headers: answer.headers, text: await textOf(answer) }
    },
    /** What is there for who takes one of the last hour. */
    async find(query: string, maxAgeMs = 3_600_000): Promise<QueryAnswer | undefined> {
      return kept
        .answer(query, maxAgeMs, new AbortController().signal, () => Promise.reject(new Error('none')))
        .catch(() => undefined)
    },
  }
}

it('passes an answer on as it is, and gives it to who asks the same within its age', async () => {
  const { kept, pass, answer, find } = someAnswers()
  const took = { 'content-type': 'application/json', 'downlink-as-of': '1000000', 'server-timing': 'query;dur=250.0' }
  expect(await answer('q', whole('é'), { tookMs: 250 })).toEqual({
    status: 200,
    headers: { ...took, age: '0' },
    text: whole('é'),
  })
  pass(4000)
  expect(await find('q', 4250)).toBeUndefined()
  expect(await find('other', 60_000)).toBeUndefined()
  expect(kept.served).toBe(0)
  const found = await find('q', 4251)
  expect(String(found?.body)).toBe(whole('é'))
  expect(found?.headers).toEqual({ ...took, age: '4' })
  expect(kept.served).toBe(1)
})

it('tells of an answer that was made from an older store how old that was', async () => {
  const { answer, find } = someAnswers()
  await answer('q', whole(1), { headers: { 'downlink-as-of': '990000' }, tookMs: 1 })
  expect((await find('q'))?.headers['downlink-as-of']).toBe('990000')
})

it('keeps the newest, and none that is refused or not whole', async () => {
  const { kept, answer, find } = someAnswers()
  await answer('q', whole(1))
  await answer('q', whole(2))
  expect(kept.count).toBe(1)
  const broken = '{"rows":[[3]],"truncated":true,"error":{"code":"query_timeout","message":"m"}}'
  expect(await answer('q', broken)).toMatchObject({ status: 200, text: broken })
  const refused = { status: 400, headers: { 'retry-after': '2' } }
  expect(await answer('q', '{"error":{}}', refused)).toMatchObject({ status: 400, headers: { 'retry-after': '2' } })
  const failing = new Readable({
    read() {
      this.push('{"rows":[')
      this.destroy(new Error('gone'))
    },
  })
  await expect(answer('q', failing)).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(String((await find('q'))?.body)).toBe(whole(2))
})

it('asks once for all that ask the same at once, whether they are answered or refused', async () => {
  const { kept, answer, asked } = someAnswers()
  const old = { maxAgeMs: 600_000 }
  const answers = await Promise.all(Array.from({ length: 20 }, () => answer('q', whole(1), old)))
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([whole(1)]))
  expect([asked(), kept.served]).toEqual([1, 19])
  const refusals = await Promise.all([1, 2, 3].map(() => answer('bad', '{}', { ...old, status: 422 })))
  expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422])
  expect(asked()).toBe(2)
  await Promise.all([answer('q', whole(2)), answer('q', whole(3))])
  expect(asked()).toBe(4)
})

it('hands a very large one to who began, and each of the others asks for it alone', async () => {
  const { kept, answer, asked } = someAnswers()
  const large = whole('x'.repeat(4_200_000))
  const answers = await Promise.all([1, 2, 3].map(() => answer('large', large, { maxAgeMs: 600_000 })))
  expect(answers.map(({ text }) => text === large)).toEqual([true, true, true])
  expect([asked(), kept.count, kept.served]).toEqual([3, 0, 0])
})

it('is bounded: what is oldest goes first', async () => {
  const { kept, answer, find } = someAnswers()
  for (let at = 0; at < 9; at++) await answer(`q${at}`, whole('x'.repeat(4_000_000)))
  expect(kept.count).toBe(8)
  expect(kept.bytes).toBeLessThan(33_554_432)
  expect([(await find('q0')) === undefined, (await find('q8')) === undefined]).toEqual([true, false])
})

it('is bounded in what short answers take besides their bytes', async () => {
  const { kept, answer } = someAnswers()
  for (let at = 0; at < 4200; at++) await answer(`q${at}`, '[]')
  expect(kept.count).toBeLessThan(4097)
  expect(kept.bytes).toBeLessThan(33_554_433)
})

it.each([
  [undefined, undefined],
  ['no-cache', undefined],
  ['max-age=60', 60_000],
  ['max-stale=9, max-age=0', 0],
  ['Max-Age=60', 60_000],
  ['max-age=-1', undefined],
  ['max-age=1.5', undefined],
  ['x-max-age=60', undefined],
  ['no-cache, max-age=60', undefined],
  ['max-age=60,no-store', undefined],
  ['max-age=soon', undefined],
  ['max-age=99999999999999', undefined],
])('reads %j as %j ms', (header, ms) => {
  expect(maxAgeOf(header)).toBe(ms)
})

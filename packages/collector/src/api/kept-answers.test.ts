import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { createKeptAnswers, maxAgeOf } from './kept-answers.ts'

const whole = (value: unknown) => JSON.stringify({ rows: [[value]], truncated: false })

function someAnswers() {
  let nowMs = 0
  const kept = createKeptAnswers({ wallMs: () => 1_000_000 + nowMs, monotonicMs: () => nowMs })
  return {
    kept,
    pass: (ms: number) => {
      nowMs += ms
    },
    /** What somebody reads to whom the store answers in pieces. */
    async answer(query: string, body: string, headers: Record<string, string> = {}, tookMs = 0) {
      const passOn = kept.ask(query)
      nowMs += tookMs
      const pieces = body.match(/[\s\S]{1,1000}/g) ?? []
      const response = Object.assign(Readable.from(pieces, { objectMode: false }), {
        headers: { 'content-type': 'application/json', ...headers },
      })
      const passed = passOn(response as unknown as IncomingMessage)
      return { headers: passed.headers, text: await text(passed.body) }
    },
  }
}

it('passes an answer on as it is, and gives it to who asks the same within its age', async () => {
  const { kept, pass, answer } = someAnswers()
  expect(await answer('q', whole('é'), {}, 250)).toEqual({
    headers: { age: '0', 'downlink-as-of': '1000000' },
    text: whole('é'),
  })
  pass(4000)
  expect(kept.find('q', 4250)).toBeUndefined()
  expect(kept.find('other', 60_000)).toBeUndefined()
  expect(kept.served).toBe(0)
  const found = kept.find('q', 4251)
  expect(String(found?.body)).toBe(whole('é'))
  expect(found?.headers).toEqual({
    'content-type': 'application/json',
    age: '4',
    'downlink-as-of': '1000000',
    'server-timing': 'query;dur=250.0',
  })
  expect(kept.served).toBe(1)
})

it('tells of an answer that was made from an older store how old that was', async () => {
  const { kept, answer } = someAnswers()
  await answer('q', whole(1), { 'downlink-as-of': '990000' }, 1)
  expect(kept.find('q', 1000)?.headers['downlink-as-of']).toBe('990000')
})

it('keeps the newest, and none that is not whole', async () => {
  const { kept, answer } = someAnswers()
  await answer('q', whole(1))
  await answer('q', whole(2))
  expect(kept.count).toBe(1)
  await answer('q', '{"rows":[[3]],"truncated":true,"error":{"code":"query_timeout","message":"m"}}')
  const failing = Object.assign(
    new Readable({
      read() {
        this.push('{"rows":[')
        this.destroy(new Error('gone'))
      },
    }),
    { headers: {} },
  )
  await expect(text(kept.ask('q')(failing as unknown as IncomingMessage).body)).rejects.toThrow('gone')
  expect(String(kept.find('q', 1)?.body)).toBe(whole(2))
})

it('is bounded: what is oldest goes first, and what is very large is not kept', async () => {
  const { kept, answer } = someAnswers()
  for (let at = 0; at < 9; at++) await answer(`q${at}`, whole('x'.repeat(4_000_000)))
  expect(kept.count).toBe(8)
  expect(kept.bytes).toBeLessThan(33_554_432)
  expect([kept.find('q0', 1) === undefined, kept.find('q8', 1) === undefined]).toEqual([true, false])
  const large = await answer('large', whole('x'.repeat(4_200_000)))
  expect(large.text).toHaveLength(whole('').length + 4_200_000)
  expect(kept.find('large', 1)).toBeUndefined()
  expect(kept.count).toBe(8)
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

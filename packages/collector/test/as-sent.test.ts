/** What is stored is what was sent: the payload's own text, digit by digit. */
import { expect, it } from 'vitest'
import { aClient, aCollector, post, rowsOf } from './harness.ts'

const numbers = '[76561197960287930,9007199254740993,18446744073709551615,-0,0.12345678901234567890,1E2,1e-7]'

it.each([
  ['numbers that no double holds', numbers],
  ['white space and escapes', '{ "a" :\n"\\u0061\\/\\ud83d\\ude00\\u0000" }'],
  ['__proto__ as a key', '{"__proto__":{"constructor":1}}'],
])('stores %s', async (_, text) => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  client.sendText(
    `{"t":"batch","seq":1,"pushed":2,"events":[{"drop":{"overflow":1}}, {"type":"x","timestamp":1,"data":${text}}]}`,
  )
  await client.next()
  client.sendText(
    `{"t":"batch","seq":3,"pushed":3,"later":{"events":[1]},"events":[{"data":${text},"more":1,"type":"x","timestamp":1}]}`,
  )
  await client.next()
  await post(listening, `[{"type":"plain","data":${text},"id": ${text}}]`)
  await post(
    listening,
    `{"type":"plain","data":1}\r\n{"id": 1,"type":"plain","data":${text.replaceAll('\n', ' ')}}\r\n`,
  )
  await stop()
  expect(await rowsOf(data, "SELECT DISTINCT data::VARCHAR FROM events WHERE type = 'x'")).toEqual([[text]])
  const plain = await rowsOf(
    data,
    "SELECT data::VARCHAR, envelope::VARCHAR FROM events WHERE type = 'plain' ORDER BY received_at, seq",
  )
  expect(plain).toEqual([
    [text, `{"id":${text}}`],
    ['1', null],
    [text.replaceAll('\n', ' '), '{"id":1}'],
  ])
})

it('rejects what its readers would read differently, and keeps it whole', async () => {
  const { listening, data, stop } = await aCollector()
  const rejected: [code: string, raw: string][] = [
    ['duplicate_key', '{"type":"x","data":{"a":1,"a":2}}'],
    ['duplicate_key', '{"type":"x","data":1,"id":{"a":1,"\\u0061":2}}'],
    ['duplicate_key', '{"type":"x","data":1,"id":1,"id":2}'],
    ['bad_number', '{"type":"x","data":1e400}'],
    ['bad_number', '{"type":"x","id":[-1e400]}'],
    ['bad_text', '{"type":"x","data":"\\ud800"}'],
    ['bad_text', '{"type":"x","id":{"\\udc00":1}}'],
    ['bad_text', '{"type":"a\\u0000b"}'],
    ['bad_event', `{"data": "${'é'.repeat(30_000)}"}`],
    ['bad_event', '"text"'],
  ]
  await post(listening, `[${rejected.map(([, raw]) => raw)},{"type":"x"}]`)
  await post(listening, '{"type":"x"}\nno JSON')
  await stop()
  expect(await rowsOf(data, 'SELECT code, raw FROM rejected_events ORDER BY received_at, seq')).toEqual([
    ...rejected,
    ['bad_event', 'no JSON'],
  ])
})

/** Whoever is turned away shows: in the log, in `/metrics` and on the page. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { aClient, aCollector, aHello, aListener, aSocket, post } from './harness.ts'

const v1 = ['downlink.v1']
const event = { type: 'a', timestamp: 1 }

it('logs a refused origin once, with the sentence that it got, and counts every time', async () => {
  const lines: { level: number; origin?: string; msg: string }[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const { listening } = await aCollector({ logger, origins: ['https://game.example'] })
  const live = await aListener(listening.url)
  for (let sent = 0; sent < 3; sent++) {
    const socket = await aSocket(listening.telemetry, v1, { origin: 'https://evil.example' })
    expect(await socket.closed).toMatchObject({ code: 4403 })
    expect((await post(listening, [event], { origin: 'https://evil.example' })).status).toBe(403)
  }
  expect(lines.filter(({ level }) => level >= 40)).toMatchObject([
    { origin: 'https://evil.example', msg: expect.stringContaining('Expected an allowed origin, got "https://evil') },
  ])
  const metrics = await (await fetch(`${listening.url}/metrics`)).text()
  expect(metrics).toContain('downlink_refusals_total{reason="forbidden"} 6')
  await live.next('counters', ({ refused }: { refused: number }) => refused === 6)
})

it('counts by the code of the answer', async () => {
  const { listening } = await aCollector({ keys: ['k'], limits: { helloTimeoutMs: 50, maxPostsPerSecond: 10 } })
  const client = await aClient(listening)
  client.send({ t: 'hello', ...aHello({ key: 'wrong' }) })
  const silent = await aSocket(listening.telemetry, v1)
  const large = await aSocket(`${listening.telemetry}?key=k`)
  large.sendText('x'.repeat(300_000))
  await Promise.all([client.closed, silent.closed, large.closed])
  const body = { ...aHello({ key: 'k', pushed: 1 }), seq: 1, events: [event] }
  await post(listening, [event])
  await post(listening, '{')
  await post(listening, body, { 'content-encoding': 'br' })
  await post(listening, { ...body, next: 0 })
  await post(listening, { ...body, seq: 3, pushed: 3 })
  await post(listening, 'x'.repeat(300_000))
  const burst = await Promise.all(Array.from({ length: 30 }, () => post(listening, body)))
  const tooFast = burst.filter(({ status }) => status === 429).length
  expect(tooFast).toBeGreaterThan(0)
  const metrics = await (await fetch(`${listening.url}/metrics`)).text()
  const counted = metrics.split('\n').filter((line) => line.startsWith('downlink_refusals_total'))
  expect(counted.map((line) => line.slice('downlink_refusals_total'.length)).sort()).toEqual([
    '{reason="bad_encoding"} 1',
    '{reason="bad_frame"} 1',
    '{reason="bad_json"} 1',
    '{reason="hole"} 1',
    '{reason="no_hello"} 1',
    `{reason="too_fast"} ${tooFast}`,
    '{reason="too_large"} 2',
    '{reason="unauthorised"} 2',
  ])
})

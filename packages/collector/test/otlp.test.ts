/** Events on their way to a backend of OpenTelemetry: what arrives, and what becomes of it while either end is away. */
import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diagnose } from '@downlink/collector/doctor'
import { expect, it } from 'vitest'
import { startCollector } from './collector-process.ts'
import { aClient, aCollector, aFolder, aHello } from './harness.ts'
import { aBackend, answerWith, attributeOf } from './otlp-backend.ts'

const fast = { intervalMs: 10 }
const hits = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ type: 'hit', timestamp: 1000 + at, data: { at } }))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const patience = { timeout: 60_000 }

it('gets each event once, in order, as it was sent', async () => {
  const backend = await aBackend()
  const { listening } = await aCollector({
    otlp: { url: backend.url, headers: { authorization: 'Bearer x' }, serviceName: 'pong', ...fast, batchRecords: 7 },
  })
  const client = await aClient(listening, aHello({ meta: { build: '1.2', labels: { player: 'ada' } } }))
  await client.hello()
  await client.batch(1, hits(20))
  await client.batch(21, [{ type: 'error', timestamp: 1_700_000_000_000.5, data: { id: 1 }, context: { level: 3 } }])
  await expect.poll(() => backend.records().length, patience).toBe(21)
  expect(backend.records().map(({ seq }) => seq)).toEqual(range(1, 21))
  const [first] = backend.requests
  const last = backend.requests.at(-1)?.request.resourceLogs[0]
  expect(first?.path).toBe('/v1/logs')
  expect(first?.headers).toMatchObject({ authorization: 'Bearer x', 'content-type': 'application/json' })
  expect(Math.max(...backend.requests.map(({ records }) => records.length))).toBe(7)
  const resource = last?.resource.attributes ?? []
  expect([attributeOf(resource, 'service.name'), attributeOf(resource, 'service.version')]).toEqual(['pong', '1.2'])
  expect(attributeOf(resource, 'downlink.label.player')).toBe('ada')
  expect(last?.scopeLogs[0]?.logRecords.at(-1)).toMatchObject({
    timeUnixNano: '1700000000000500000',
    severityNumber: 17,
    eventName: 'error',
    body: { kvlistValue: { values: [{ key: 'id', value: { intValue: '1' } }] } },
  })
  expect(attributeOf(last?.scopeLogs[0]?.logRecords.at(-1)?.attributes ?? [], 'context.level')).toBe('3')
})

it('loses nothing while the backend is away and both processes are killed, and sends at most one request twice', async () => {
  const backend = await aBackend()
  const data = await aFolder()
  const otlp = { url: backend.url, batchRecords: 10, ...fast }
  const hello = aHello()
  const first = await startCollector(data, { otlp })
  const client = await aClient(first.listening, hello)
  await client.hello()
  await client.batch(1, hits(50))
  await expect.poll(() => backend.records().length, patience).toBe(50)
  await backend.close()
  await client.batch(51, hits(50))
  await first.end('SIGKILL')

  const second = await startCollector(data, { otlp })
  const again = await aClient(second.listening, hello)
  await again.hello({ conn: 2, next: 101, pushed: 100 })
  await again.batch(101, hits(50))
  await backend.reopen()
  await expect.poll(() => new Set(backend.records().map(({ seq }) => seq)).size, patience).toBe(150)
  await second.end('SIGTERM')
  const seqs = backend.records().map(({ seq }) => seq)
  expect([...new Set(seqs)]).toEqual(range(1, 150))
  expect(seqs.length - 150).toBeLessThanOrEqual(10)
})

it('takes up in the midst of a batch where it was killed', async () => {
  const backend = await aBackend()
  const data = await aFolder()
  const otlp = { url: backend.url, batchRecords: 3, ...fast }
  const hello = aHello()
  const first = await startCollector(data, { otlp })
  const client = await aClient(first.listening, hello)
  await client.hello()
  let requests = 0
  backend.answer((_request, response) => {
    // The third never has an answer, so that it is unknown whether it arrived.
    if (++requests < 3) response.end('{}')
  })
  await client.batch(1, hits(20))
  await expect.poll(() => backend.requests.length, patience).toBe(3)
  await first.end('SIGKILL')
  backend.answer()
  const second = await startCollector(data, { otlp })
  await expect.poll(() => backend.records().length, patience).toBe(20)
  await second.end('SIGTERM')
  expect(backend.records().map(({ seq }) => seq)).toEqual(range(1, 20))
  expect(backend.requests.slice(2, 4).map(({ records }) => records[0]?.seq)).toEqual([7, 7])
})

it('sends what is there when it is closed, and nothing of what was there before it was asked to', async () => {
  const backend = await aBackend()
  const data = await aFolder()
  const before = await aCollector({ data })
  const early = await aClient(before.listening)
  await early.hello()
  await early.batch(1, hits(3))
  await before.stop()
  const { listening, stop } = await aCollector({ data, otlp: { url: backend.url, intervalMs: 60_000 } })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, hits(3))
  await client.batch(4, hits(2))
  await stop()
  expect(backend.records().map(({ session, seq }) => [session, seq])).toEqual(
    range(1, 5).map((seq) => [client.session, seq]),
  )
})

it('drops a record that is refused by itself, and none beside it', async () => {
  const backend = await aBackend((request, response) => {
    if (request.records.some(({ type }) => type === 'bad')) answerWith(400, {}, 'no such record')(request, response)
    else response.end('{}')
  })
  const { listening, stop } = await aCollector({ otlp: { url: backend.url, ...fast } })
  const client = await aClient(listening)
  await client.hello()
  const events = hits(30).map((hit, at) => ({ ...hit, type: at % 11 === 3 ? 'bad' : 'hit' }))
  await client.batch(1, events)
  await expect.poll(() => backend.records().length, patience).toBe(27)
  await stop()
  expect(backend.records().map(({ seq }) => seq)).toEqual(range(1, 30).filter((seq) => (seq - 1) % 11 !== 3))
})

it('waits for whatever is no answer to what was sent, and then sends all of it', async () => {
  const answers = {
    'a token that is wrong': answerWith(401),
    'a backend that asks for patience': answerWith(429, { 'retry-after': '0' }),
    'a backend that takes no JSON': answerWith(415),
    'a redirect, which is not followed': answerWith(307, { location: 'http://127.0.0.1:1/' }),
  }
  const backend = await aBackend(answerWith(503))
  const { listening } = await aCollector({ otlp: { url: backend.url, ...fast } })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, hits(3))
  for (const [what, answer] of Object.entries(answers)) {
    backend.answer(answer)
    const before = backend.requests.length
    await expect.poll(() => backend.requests.length, { ...patience, message: what }).toBeGreaterThan(before)
    await expect.poll(() => metric(listening, 'downlink_otlp_up'), { ...patience, message: what }).toBe(0)
  }
  expect(backend.records()).toEqual([])
  backend.answer()
  await expect.poll(() => backend.records().length, patience).toBe(3)
  await expect.poll(() => metric(listening, 'downlink_otlp_up'), patience).toBe(1)
})

it('sends all of the log again where nobody can read how far it was', async () => {
  const backend = await aBackend()
  const data = await aFolder()
  const otlp = { url: backend.url, ...fast }
  const first = await aCollector({ data, otlp })
  const client = await aClient(first.listening)
  await client.hello()
  await client.batch(1, hits(3))
  await first.stop()
  await writeFile(join(data, 'otlp.json'), randomUUID())
  expect((await diagnose(data)).findings.map(({ code }) => code)).toContain('otlp_unreadable')
  await aCollector({ data, otlp })
  await expect.poll(() => backend.records().map(({ seq }) => seq), patience).toEqual([1, 2, 3, 1, 2, 3])
})

/** Segments of 128 KiB, of which a backlog of 1 MiB keeps ten at most. */
const small = { commit: { maxLogBytes: 8_388_608, keepLogBytes: 0 }, backlog: { maxBacklogBytes: 1_048_576 } }
const large = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ type: 'hit', timestamp: 1, data: { at, text: 'x'.repeat(10_000) } }))

const health = async ({ url }: { readonly url: string }) => (await fetch(`${url}/api/health`)).json()
/** A checkpoint covers what the store has, and what nobody else needs goes. @returns what is kept for others */
const checkpoint = async ({ url }: { readonly url: string }): Promise<number> => {
  await (await fetch(`${url}/api/prune?compact=true`, { method: 'POST' })).text()
  return (await health({ url })).disk.keptLogBytes
}

it('passes over the oldest once the backlog is at its bound, counts it, and takes whatever comes', async () => {
  const backend = await aBackend(answerWith(503))
  const { listening } = await aCollector({
    commit: small.commit,
    otlp: { url: backend.url, ...fast, ...small.backlog },
  })
  const client = await aClient(listening)
  await client.hello()
  for (let batch = 0; batch < 40; batch++) {
    expect(await client.batch(1 + 10 * batch, large(10))).toMatchObject({ t: 'ack', seq: 10 + 10 * batch })
    if (batch % 10 === 9) await checkpoint(listening)
  }
  const { disk } = await health(listening)
  expect(disk.keptLogBytes).toBeLessThanOrEqual(1.25 * 1_048_576)
  backend.answer()
  await expect.poll(() => backend.records().at(-1)?.seq, patience).toBe(400)
  const seqs = backend.records().map(({ seq }) => seq)
  expect(seqs).toEqual(range(seqs[0] ?? 0, 400))
  expect(seqs.length).toBeGreaterThan(50)
  const skipped = await metric(listening, 'downlink_otlp_skipped_total')
  expect([skipped + seqs.length, await metric(listening, 'downlink_otlp_gaps_total')]).toEqual([400, 0])
})

const metric = async ({ url }: { readonly url: string }, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (.*)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1])

it('keeps in the log what the backend has not, though the database needs it no more, and no longer', async () => {
  const backend = await aBackend(answerWith(503))
  const { listening, data, stop } = await aCollector({
    commit: small.commit,
    otlp: { url: backend.url, ...fast, ...small.backlog },
  })
  const client = await aClient(listening)
  await client.hello()
  for (let batch = 0; batch < 8; batch++) await client.batch(1 + 10 * batch, large(10))
  await expect.poll(() => checkpoint(listening), patience).toBeGreaterThan(300_000)
  await stop()
  const again = await aCollector({ data, commit: small.commit, otlp: { url: backend.url, ...fast, ...small.backlog } })
  backend.answer()
  await expect.poll(() => backend.records().length, patience).toBe(80)
  await expect.poll(() => checkpoint(again.listening), patience).toBe(0)
})

it('sends nothing of a session that was forgotten before, keeps nothing of it, and all of the others', async () => {
  const backend = await aBackend(answerWith(503))
  const data = await aFolder()
  const options = { data, commit: small.commit, otlp: { url: backend.url, ...fast, ...small.backlog } }
  const { listening, stop } = await aCollector(options)
  const [gone, left] = [await aClient(listening), await aClient(listening)]
  await gone.hello()
  await left.hello()
  const secret = (count: number) =>
    Array.from({ length: count }, () => ({ type: 'hit', timestamp: 1, data: 'p3rs0nal' }))
  for (let batch = 0; batch < 8; batch++) {
    await gone.batch(1 + 5 * batch, secret(5))
    await left.batch(1 + 10 * batch, large(10))
  }
  await expect.poll(() => checkpoint(listening), patience).toBeGreaterThan(300_000)
  expect(await holds(data, 'p3rs0nal')).toBe(true)
  const answer = await (await fetch(`${listening.url}/api/sessions/${gone.session}`, { method: 'DELETE' })).text()
  expect(JSON.parse(answer.trim().split('\n').at(-1) ?? '').result).toMatchObject({
    sessions: 1,
    sentTo: `${backend.url}/v1/logs`,
  })
  expect(await holds(data, 'p3rs0nal')).toBe(false)
  await stop()
  const { status, findings } = await diagnose(data)
  expect([status, findings.at(-1)?.text]).toEqual([
    'sound',
    expect.stringMatching(/^Of the log, \d.* KiB wait for Open/),
  ])
  const again = await aCollector(options)
  backend.answer()
  await expect.poll(() => backend.records().length, patience).toBe(80)
  expect(new Set(backend.records().map(({ session }) => session))).toEqual(new Set([left.session]))
  expect(await metric(again.listening, 'downlink_events_missing_total')).toBe(0)
})

it('sends all that a forgotten session says once it starts anew, also while others are being forgotten', {
  timeout: 180_000,
}, async () => {
  const longPatience = { timeout: 120_000 }
  const backend = await aBackend()
  const data = await aFolder()
  const options = { data, forgottenSessions: 'restart', otlp: { url: backend.url, ...fast } } as const
  const hello = aHello()
  const before = await aCollector(options)
  const client = await aClient(before.listening, hello)
  await client.hello()
  await client.batch(1, hits(3))
  await before.stop()
  // As an end in the midst of forgetting leaves them: an operation of the log holds ten.
  const others = Array.from({ length: 40 }, () => randomUUID())
  await writeFile(join(data, 'forgetting.json'), JSON.stringify([hello.session, ...others]))
  const { collector, listening } = await aCollector(options)
  const countStored = async () => (await collector.query('SELECT count(*)::INT FROM events')).rows[0]?.[0]
  await expect.poll(countStored, longPatience).toBe(0)
  const again = await aClient(listening, { ...hello, conn: 2, next: 4, pushed: 3 })
  await again.hello()
  await again.batch(4, hits(2))
  await expect.poll(() => readdir(data), longPatience).not.toContain('forgetting.json')
  await again.batch(6, hits(2))
  await expect.poll(() => backend.records().map(({ seq }) => seq), patience).toEqual(range(1, 7))
})

/** Any file of a folder. */
async function holds(folder: string, text: string): Promise<boolean> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const contents = files.map((file) => (file.isFile() ? readFile(join(file.parentPath, file.name)) : Buffer.alloc(0)))
  return (await Promise.all(contents)).some((content) => content.includes(text))
}

it('goes on at the oldest of a log that was put back or lost, and says that something may be missing', async () => {
  const backend = await aBackend()
  const data = await aFolder()
  const otlp = { url: backend.url, ...fast }
  const first = await aCollector({ data, otlp })
  await first.stop()
  await rm(join(data, 'log'), { recursive: true })
  expect((await diagnose(data)).findings.map(({ code }) => code)).toContain('otlp_gap')
  const { listening } = await aCollector({ data, otlp })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, hits(3))
  await expect.poll(() => backend.records().length, patience).toBe(3)
  expect(await metric(listening, 'downlink_otlp_gaps_total')).toBe(1)
})

it('gives up a request without an answer, and says nothing of a secret, nor of what a backend answers', async () => {
  const backend = await aBackend(() => {})
  const data = await aFolder()
  const collector = await startCollector(data, {
    otlp: { url: `${backend.url}/?key=s3cret`, headers: { 'api-key': 's3cret' }, timeoutMs: 100, ...fast },
  })
  const client = await aClient(collector.listening)
  await client.hello()
  await client.batch(1, hits(2))
  await expect.poll(() => backend.requests.length, patience).toBe(1)
  await expect.poll(() => collector.log(), patience).toContain('"code":"away"')
  backend.answer(answerWith(400, {}, 's3cret'))
  await expect.poll(() => metric(collector.listening, 'downlink_otlp_rejected_total'), patience).toBe(2)
  await collector.end('SIGTERM')
  expect(backend.requests.at(-1)).toMatchObject({ path: '/v1/logs?key=s3cret', headers: { 'api-key': 's3cret' } })
  expect(collector.log()).not.toContain('s3cret')
  expect(await holds(data, 's3cret')).toBe(false)
})

it('counts what a backend says that it left out', async () => {
  const partial = JSON.stringify({ partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' } })
  const backend = await aBackend(answerWith(200, { 'content-type': 'application/json' }, partial))
  const { listening } = await aCollector({ otlp: { url: backend.url, ...fast } })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, hits(5))
  await expect.poll(() => metric(listening, 'downlink_otlp_sent_total'), patience).toBe(3)
  expect(await metric(listening, 'downlink_otlp_rejected_total')).toBe(2)
})

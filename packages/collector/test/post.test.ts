/** `POST /telemetry`: bodies of all sizes and shapes, each with its status, over connections that stay usable. */
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { aBystander, aCollector, aHello, aSocket, post, rowsOf } from './harness.ts'

const event = { type: 'a', timestamp: 1 }
const aPost = (over: object = {}) => ({ ...aHello({ pushed: 1 }), seq: 1, events: [event], ...over })
const codeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error?: { code: string; message: string } }
  return [response.status, error?.code]
}

it('takes a batch with its hello, of any content type', async () => {
  const { listening, data, stop } = await aCollector()
  const types = ['text/plain', 'application/json', 'application/octet-stream', 'multipart/form-data', 'no/type/at all']
  for (const type of types) {
    const response = await post(listening, aPost(), { 'content-type': type })
    expect([response.status, await response.json()]).toEqual([
      200,
      { t: 'ack', seq: 1, ack: 1, totals: { dropped: {}, rejected: {} }, rejected: [], features: ['context'] },
    ])
  }
  await stop()
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM events')).toEqual([[types.length]])
})

it('takes gzip, and refuses what inflates without end', async () => {
  const { listening, data } = await aCollector()
  const bystander = await aBystander(listening, data)
  const gzip = { 'content-encoding': 'gzip' }
  expect((await post(listening, gzipSync(JSON.stringify(aPost())), gzip)).status).toBe(200)
  expect((await post(listening, gzipSync(JSON.stringify(aPost())), { 'content-encoding': 'GZip' })).status).toBe(200)
  const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))
  const before = process.memoryUsage().rss
  expect(await codeOf(await post(listening, bomb, gzip))).toEqual([413, 'too_large'])
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  expect(await codeOf(await post(listening, 'not gzip', gzip))).toEqual([400, 'bad_encoding'])
  for (const encoding of ['br', 'deflate', 'gzip, gzip', '']) {
    const answer = await post(listening, 'x', { 'content-encoding': encoding })
    expect(await codeOf(answer)).toEqual([400, 'bad_encoding'])
  }
  await bystander.say()
})

it('refuses what it cannot read with 400', async () => {
  const { listening } = await aCollector()
  expect(await codeOf(await post(listening, '{'))).toEqual([400, 'bad_json'])
  expect(await codeOf(await post(listening, '7'))).toEqual([400, 'bad_frame'])
  expect(await codeOf(await post(listening, ''))).toEqual([400, 'bad_json'])
  expect(await codeOf(await post(listening, aPost({ seq: 0 })))).toEqual([400, 'bad_frame'])
  expect(await codeOf(await post(listening, Buffer.from([0x22, 0xff, 0x22])))).toEqual([400, 'bad_encoding'])
})

it('refuses a hole with 409 and the committed sequence, a wrong proof with 403, a wrong key with 401', async () => {
  const { listening } = await aCollector()
  const body = aPost()
  await post(listening, body)
  const hole = await post(listening, { ...body, seq: 5, pushed: 5 })
  expect([hole.status, await hole.json()]).toMatchObject([409, { ack: 1, error: { code: 'hole' } }])
  expect(await codeOf(await post(listening, { ...body, proof: '0'.repeat(32) }))).toEqual([403, 'forbidden'])
  const keyed = await aCollector({ keys: ['k'] })
  expect(await codeOf(await post(keyed.listening, aPost()))).toEqual([401, 'unauthorised'])
  expect(await codeOf(await post(keyed.listening, [event]))).toEqual([401, 'unauthorised'])
  expect((await post(keyed.listening, aPost({ key: 'k' }))).status).toBe(200)
  expect((await post(keyed.listening, [event], { authorization: 'Bearer k' })).status).toBe(200)
  const inUrl = { url: keyed.listening.url.replace(/$/, '') }
  expect((await fetch(`${inUrl.url}/telemetry?key=k`, { method: 'POST', body: JSON.stringify([event]) })).status).toBe(
    200,
  )
})

it('records as missing what a beacon believes acknowledged', async () => {
  const { listening, data, stop } = await aCollector()
  const response = await post(listening, aPost({ next: 6, seq: 6, pushed: 6 }))
  expect(await response.json()).toMatchObject({ ack: 6 })
  await stop()
  expect(await rowsOf(data, 'SELECT committed_seq::INT, missing::INT, stored::INT FROM sessions')).toEqual([[6, 5, 1]])
})

it('answers CORS for allowed origins only', async () => {
  const { listening } = await aCollector({ origins: ['https://game.example'] })
  const preflight = (origin: string) =>
    fetch(`${listening.url}/telemetry`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
  const allowed = await preflight('https://game.example')
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://game.example')
  expect(allowed.headers.get('access-control-allow-headers')).toContain('content-type')
  const refused = await preflight('https://evil.example')
  expect(refused.status).toBe(403)
  expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  const posted = await post(listening, [event], { origin: 'https://game.example' })
  expect([posted.status, posted.headers.get('access-control-allow-origin')]).toEqual([200, 'https://game.example'])
  expect((await post(listening, [event], { origin: 'https://evil.example' })).status).toBe(403)
  // Any page may ask whether a collector answers, and no more.
  const origins = async (path: string) =>
    (await fetch(`${listening.url}/${path}`, { headers: { origin: 'https://evil.example' } })).headers.get(
      'access-control-allow-origin',
    )
  expect([await origins('healthz'), await origins('readyz'), await origins('api/health')]).toEqual(['*', null, null])
})

it('asks an address that posts too often to wait', async () => {
  const { listening } = await aCollector({ limits: { maxPostsPerSecond: 5 } })
  const responses = await Promise.all(Array.from({ length: 12 }, () => post(listening, [event])))
  const refused = responses.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]?.headers.get('retry-after')).toBe('1')
})

it.each([
  ['just under the limit', 262_144, 200],
  ['just over it', 262_145, 413],
  ['far over it', 3_000_000, 413],
])('delivers the status of a body %s, on a connection that can be used again', async (_name, bytes, status) => {
  const { listening } = await aCollector({ limits: { maxEventBytes: 262_144 } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = (body: string) =>
    new Promise<{ status: number | undefined; port: number | undefined }>((resolve, reject) => {
      const request = httpRequest(
        `${listening.url}/telemetry`,
        { method: 'POST', agent },
        (response: IncomingMessage) => {
          const port = response.socket.localPort
          response.resume().once('end', () => resolve({ status: response.statusCode, port }))
        },
      )
      request.once('error', reject)
      request.end(body)
    })
  const frame = '[{"type":"x","data":""}]'
  const large = await send(frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`))
  const small = await send(frame)
  agent.destroy()
  expect([large.status, small.status, small.port]).toEqual([status, 200, large.port])
})

it('cuts off who sends on and on, after the status', async () => {
  const { listening } = await aCollector()
  const socket = connect(Number(new URL(listening.url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (text) => {
    answer += text
  })
  socket.on('error', () => {})
  socket.write('POST /telemetry HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\n')
  const megabyte = Buffer.alloc(1_048_576, ' ')
  const closed = once(socket, 'close')
  for (let sent = 0; sent < 32 && !socket.closed; sent++) {
    await Promise.race([new Promise((resolve) => socket.write(megabyte, resolve)), closed])
  }
  await expect.poll(() => socket.closed, { timeout: 60_000 }).toBe(true)
  expect(answer).toMatch(/^HTTP\/1.1 413 .*connection: close/s)
})

it('logs neither keys nor payloads nor addresses', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const { listening, stop } = await aCollector({ keys: ['secret-key'], logger, events: { schemas: {} } })
  const send = (query: string, body: string) => fetch(`${listening.url}/telemetry${query}`, { method: 'POST', body })
  await send('?key=secret-key', '[{"type":"x","data":"secret-payload"}]')
  await send('?key=secret-key', '{"secret-payload')
  await send('?key=secret-wrong', '[]')
  const socket = await aSocket(`${listening.telemetry}?key=secret-key`)
  socket.sendText('secret-payload')
  await socket.closed
  await stop()
  expect(lines.join('')).toContain('listening')
  expect(lines.filter((line) => line.includes('secret') || line.includes('remoteAddress'))).toEqual([])
})

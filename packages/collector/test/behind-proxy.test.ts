/** A collector behind proxies: who counts as the sender, and who may read. */
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { aCollector, aFolder, aSocket, post } from './harness.ts'

const event = [{ type: 'x' }]
const forwardedFor = (addresses: string) => ({ 'x-forwarded-for': addresses })

it('counts for the address that the proxy appended, whatever a sender writes before it', async () => {
  const { listening } = await aCollector({ trustProxy: 1, readToken: 't', limits: { maxPostsPerSecond: 1 } })
  const statusFor = async (addresses: string) => (await post(listening, event, forwardedFor(addresses))).status
  expect(await statusFor('127.0.0.1, 203.0.113.9')).toBe(200)
  expect(await statusFor('198.51.100.7, 203.0.113.9')).toBe(429)
  expect(await statusFor('127.0.0.1, 203.0.113.10')).toBe(200)
})

it('counts sockets the same way', async () => {
  const limits = { maxSocketsPerAddress: 1 }
  const { listening } = await aCollector({ trustProxy: ['127.0.0.1'], readToken: 't', limits })
  const socketFor = (addresses: string) => aSocket(listening.telemetry, [], { headers: forwardedFor(addresses) })
  const first = await socketFor('198.51.100.7, 203.0.113.9')
  const second = await socketFor('198.51.100.8, 203.0.113.9')
  expect(await second.closed).toMatchObject({ code: 4429 })
  const other = await socketFor('198.51.100.7, 203.0.113.10')
  other.sendText(JSON.stringify(event))
  first.sendText(JSON.stringify(event))
  expect([first.ws.readyState, other.ws.readyState]).toEqual([1, 1])
})

it.each([
  ['without `trustProxy`', {}, 1],
  ['from an address that is not named', { trustProxy: ['10.0.0.0/8'], readToken: 't' }, 1],
  ['from a proxy that is believed', { trustProxy: 1, readToken: 't' }, 0],
] as const)('says once where X-Forwarded-For comes and is not believed: %s', async (_, options, lines) => {
  const told: unknown[] = []
  const logger = pino({ level: 'warn' }, { write: (line) => void told.push(JSON.parse(line).msg) })
  const { listening } = await aCollector({ ...options, logger })
  await aSocket(listening.telemetry, [], { headers: forwardedFor('203.0.113.9') })
  for (const address of ['203.0.113.9', '203.0.113.10']) await post(listening, event, forwardedFor(address))
  await post(listening, event)
  expect(told).toEqual(Array(lines).fill(expect.stringContaining('X-Forwarded-For came')))
})

it('needs a read token, since a proxy lets others in', () => {
  for (const trustProxy of [1, ['10.0.0.0/8']]) {
    expect(() => createCollector({ trustProxy })).toThrow(expect.objectContaining({ code: 'unprotected' }))
  }
})

it.each(['x-forwarded-for', 'forwarded'])(
  'without a read token, is read by nobody whom a proxy brings: %s',
  async (name) => {
    const { listening } = await aCollector()
    const statusOf = async (headers: Record<string, string>) =>
      (await fetch(`${listening.url}/api/sessions`, { headers })).status
    expect(await statusOf({})).toBe(200)
    expect(await statusOf({ [name]: '127.0.0.1' })).toBe(403)
  },
)

it('works behind a Unix socket, where it is read with the token alone', async () => {
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\downlink-${process.pid}` : join(await aFolder(), 'socket')
  const statusOf = async (options: { readonly readToken?: string }, headers: Record<string, string>) => {
    const collector = createCollector({ data: await aFolder(), logger: false, ...options })
    const server = createServer()
    await collector.attach(server)
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => collector.close())
    const status = await new Promise((resolve, reject) => {
      const asked = request({ socketPath: path, path: '/api/sessions', headers: { host: 'localhost', ...headers } })
      asked.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject)
      asked.end()
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    return status
  }
  const authorization = 'Bearer t'
  expect(await statusOf({}, {})).toBe(403)
  expect(await statusOf({ readToken: 't' }, { authorization })).toBe(200)
})

/** A collector inside servers that are there already. */
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createCollector } from '@downlink/collector'
import Fastify, { type FastifyServerOptions } from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { blockedPorts } from '../src/settings.ts'
import { aClient, aCollector, aFolder, aSocket, post, rowsOf } from './harness.ts'
import { untilStoreIsUp } from './waits.ts'

const event = { type: 'a', timestamp: 1 }

async function listenOn(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('lives in a Fastify instance, under a prefix, and ends with it', async () => {
  const data = await aFolder()
  const app = Fastify()
  app.get('/healthz', async () => 'mine')
  app.post('/echo', async (request) => request.body)
  await app.register(createCollector({ data, logger: false }).plugin, { prefix: '/downlink' })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  await untilStoreIsUp({ url: `${url}/downlink` })
  const listening = { telemetry: `${url.replace('http', 'ws')}/downlink/telemetry` }
  const client = await aClient(listening)
  await client.hello()
  expect(await client.batch(1, [event])).toMatchObject({ t: 'ack', seq: 1 })
  expect((await post({ url: `${url}/downlink` }, [event])).status).toBe(200)
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('mine')
  expect(await (await fetch(`${url}/downlink/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${url}/nothing`)).json()).toMatchObject({ statusCode: 404, error: 'Not Found' })
  const headers = { 'content-type': 'application/json' }
  expect(await (await fetch(`${url}/echo`, { method: 'POST', body: '{"a":1}', headers })).json()).toEqual({ a: 1 })
  await app.close()
  expect(await client.closed).toMatchObject({ code: 1012 })
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM events')).toEqual([[2]])
})

it.each([
  ['/:game', '/clicker', {}],
  ['/a b', '/a%20b', {}],
  ['/downlink', '//downlink', { routerOptions: { ignoreDuplicateSlashes: true } }],
  ['/downlink', '/downlink', { routerOptions: { ignoreTrailingSlash: true } }],
] satisfies [string, string, FastifyServerOptions][])(
  'answers reads below %s, asked as %s',
  async (prefix, asked, options) => {
    const app = Fastify(options)
    await app.register(createCollector({ data: await aFolder(), logger: false }).plugin, { prefix })
    onTestFinished(() => app.close())
    const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}${asked}`
    await untilStoreIsUp({ url })
    const api = `${url}/api`
    expect((await fetch(`${api}/sessions?limit=1`)).status).toBe(200)
    const absent = await fetch(`${api}/sessions/${encodeURIComponent('a/b?c')}/ledger`)
    expect([absent.status, (await absent.json()).error.message]).toEqual([404, 'There is no session a/b?c'])
  },
)

it('answers reads whose request line has the whole address, as to a proxy', async () => {
  const { listening } = await aCollector()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port: new URL(listening.url).port, path: `${listening.url}/api/events?limit=1` }, resolve).once(
      'error',
      reject,
    )
  })
  expect([answer.statusCode, await json(answer)]).toEqual([200, { events: [], next: null }])
})

it('lives in a plain http server, whose own requests and upgrades stay its own', async () => {
  const data = await aFolder()
  const server = createServer((request, response) => response.end(`mine: ${request.url}`))
  const own = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/chat') own.handleUpgrade(request, socket, head, (ws) => ws.send('{"mine":true}'))
  })
  const collector = createCollector({ data, logger: false })
  await collector.attach(server)
  const host = await listenOn(server)
  await untilStoreIsUp({ url: `http://${host}` })
  const client = await aClient({ telemetry: `ws://${host}/telemetry` })
  await client.hello()
  expect(await client.batch(1, [event])).toMatchObject({ t: 'ack', seq: 1 })
  expect((await post({ url: `http://${host}` }, [event])).status).toBe(200)
  expect(await (await fetch(`http://${host}/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`http://${host}/client.js?v=1`)).text()).toContain('downlink')
  expect(await (await fetch(`http://${host}/telemetry-of-mine?x`)).text()).toBe('mine: /telemetry-of-mine?x')
  const chat = await aSocket(`ws://${host}/chat`)
  expect(await chat.next()).toEqual({ mine: true })
  await collector.close()
  expect(await client.closed).toMatchObject({ code: 1012 })
  expect(await (await fetch(`http://${host}/healthz`)).text()).toBe('mine: /healthz')
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM events')).toEqual([[2]])
})

it('lives below a prefix of a plain http server, with its page', async () => {
  const data = await aFolder()
  const server = createServer((request, response) => response.end(`mine: ${request.url}`))
  const collector = createCollector({ data, logger: false })
  await collector.attach(server, { prefix: '/game/__downlink' })
  onTestFinished(() => collector.close())
  const host = await listenOn(server)
  const url = `http://${host}/game/__downlink`
  await untilStoreIsUp({ url })
  const client = await aClient({ telemetry: `ws://${host}/game/__downlink/telemetry` })
  await client.hello()
  expect(await client.batch(1, [event])).toMatchObject({ t: 'ack', seq: 1 })
  expect((await post({ url }, [event])).status).toBe(200)
  const page = await fetch(`${url}?x`)
  expect([page.url, await page.text()]).toEqual([`${url}/?x`, expect.stringContaining('<div id="root">')])
  expect(await (await fetch(`${url}/api/openapi.json`)).json()).toMatchObject({
    paths: { '/game/__downlink/api/events': {} },
  })
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  for (const path of ['/', '/telemetry', '/game/__downlinks', '/api/events']) {
    expect(await (await fetch(`http://${host}${path}`)).text()).toBe(`mine: ${path}`)
  }
  await collector.close()
  expect(await (await fetch(url)).text()).toBe('mine: /game/__downlink')
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM events')).toEqual([[2]])
})

it.each(['__downlink', '/a/', '/', '/a?b'])('mounts below no prefix such as %s', async (prefix) => {
  const collector = createCollector({ data: await aFolder(), logger: false })
  await expect(collector.attach(createServer(), { prefix })).rejects.toMatchObject({
    code: 'bad_option',
    message: `Expected \`prefix\` to begin with a slash, and to end with none, got "${prefix}"`,
  })
})

it('is there with a slash at the end of its address, too, alone and mounted', async () => {
  const alone = await aCollector()
  const mounted = createCollector({ data: await aFolder(), logger: false })
  const server = createServer((_request, response) => response.writeHead(418).end())
  await mounted.attach(server)
  onTestFinished(() => mounted.close())
  for (const host of [new URL(alone.listening.url).host, await listenOn(server)]) {
    expect((await fetch(`http://${host}/telemetry/`, { method: 'POST', body: '[{"type":"x"}]' })).status).toBe(200)
    const client = await aClient({ telemetry: `ws://${host}/telemetry/` })
    expect(await client.hello()).toMatchObject({ t: 'welcome' })
  }
})

it('closes upgrades that nobody takes', async () => {
  const collector = createCollector({ data: await aFolder(), logger: false })
  const { url } = await collector.listen({ port: 0 })
  onTestFinished(() => collector.close())
  const socket = await aSocket(`${url.replace('http', 'ws')}/elsewhere`)
  expect(await socket.closed).toMatchObject({ code: 1006 })
})

it('refuses to listen beyond loopback unprotected, on a taken port, and twice', async () => {
  const first = createCollector({ data: await aFolder(), logger: false })
  onTestFinished(() => first.close())
  await expect(first.listen({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'unprotected' })
  const behindProxy = createCollector({ data: await aFolder(), logger: false, publicUrl: 'https://t.example' })
  await expect(behindProxy.listen({ port: 0 })).rejects.toMatchObject({ code: 'unprotected' })
  const { url } = await first.listen({ port: 0 })
  await expect(first.listen({ port: 0 })).rejects.toMatchObject({ code: 'wrong_state' })
  const second = createCollector({ data: await aFolder(), logger: false })
  await expect(second.listen({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'cannot_listen' })
  onTestFinished(() => second.close())
  expect(await second.listen({ port: 0 })).toMatchObject({ url: expect.any(String) })
  const open = createCollector({ data: await aFolder(), logger: false, keys: ['k'], readToken: 't' })
  onTestFinished(() => open.close())
  expect((await open.listen({ host: '0.0.0.0', port: 0 })).url).toContain('http://0.0.0.0:')
})

it('does not listen, nor take requests, once it was closed while it opened', async () => {
  const taken = createServer()
  const address = await listenOn(taken)
  await new Promise((resolve) => taken.close(resolve))
  const alone = createCollector({ data: await aFolder(), logger: false })
  const listening = alone.listen({ port: Number(address.split(':')[1]) }).catch((error: unknown) => error)
  await alone.close()
  expect(await listening).toMatchObject({ code: 'wrong_state' })
  await expect(fetch(`http://${address}/healthz`)).rejects.toThrow('fetch failed')

  const host = createServer((_request, response) => void response.end('mine'))
  const hostAddress = await listenOn(host)
  const mounted = createCollector({ data: await aFolder(), logger: false })
  const attached = mounted.attach(host).catch((error: unknown) => error)
  await mounted.close()
  expect(await attached).toMatchObject({ code: 'wrong_state' })
  expect(await (await fetch(`http://${hostAddress}/healthz`)).text()).toBe('mine')
})

it('listens on no port that fetch refuses', async () => {
  const collector = createCollector({ data: await aFolder(), logger: false })
  onTestFinished(() => collector.close())
  for (const port of blockedPorts) {
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ cause: { message: 'bad port' } })
    await expect(collector.listen({ port })).rejects.toMatchObject({
      code: 'cannot_listen',
      message: `Can't listen on 127.0.0.1:${port}: no browser connects to this port`,
    })
  }
  // As it comes from the environment.
  const text = '6000' as unknown as number
  await expect(collector.listen({ port: text })).rejects.toMatchObject({ code: 'cannot_listen' })
  expect(await collector.listen({ port: 0 })).toMatchObject({ url: expect.any(String) })
})

const oneSecretForTwo =
  'Expected `keys`, `readToken`, `adminToken` and `tokenSecrets` to differ: who has one may not do what another is for'

/** Nothing of it is repeated. */
const notPublic =
  'Expected `publicUrl` to be an http or https URL without a user and a query, at a port that browsers connect to'

it.each([
  [{ limits: { heartbeatMs: 0 } }, 'Expected `heartbeatMs` to be a whole number from 1 up, got 0'],
  [{ limits: { maxSockets: 1.5 } }, 'Expected `maxSockets` to be a whole number from 1 up, got 1.5'],
  [{ publicUrl: 'nowhere' }, notPublic],
  [{ publicUrl: 'ftp://t.example' }, notPublic],
  [{ publicUrl: 'https://t.example:6667' }, notPublic],
  [{ publicUrl: 'https://me:s3cret@t.example' }, notPublic],
  [{ publicUrl: 'https://t.example/?s3cret' }, notPublic],
  [{ publicUrl: 'me:s3cret@t.example' }, notPublic],
  [{ keys: [''] }, 'Expected each of `keys` to be 1 to 4096 characters'],
  [{ schemaMode: 'ignore' as 'warn' }, 'Expected `schemaMode` to be reject or warn, got "ignore"'],
  [{ adminToken: '' }, 'Expected `adminToken` not to be empty'],
  [{ keys: ['k', 'x'], readToken: 'x' }, oneSecretForTwo],
  [{ keys: ['x'], adminToken: 'x' }, oneSecretForTwo],
  [{ readToken: 'x', adminToken: 'x' }, oneSecretForTwo],
  [{ keys: ['k'.repeat(4097)] }, 'Expected each of `keys` to be 1 to 4096 characters'],
])('refuses %j', (options, message) => {
  expect(() => createCollector(options)).toThrow(expect.objectContaining({ code: 'bad_option', message }))
})

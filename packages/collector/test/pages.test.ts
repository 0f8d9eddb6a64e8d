/** The page and the pages beside it: strict headers, files as they are, and a word where nothing is built. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type CollectorOptions, createCollector } from '@downlink/collector'
import fastifyStatic from '@fastify/static'
import fastifySwagger from '@fastify/swagger'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { pageRoutes } from '../src/api/pages.ts'
import { aCollector, aFolder } from './harness.ts'

async function aPage(folder: string) {
  const app = Fastify()
  onTestFinished(() => app.close())
  await pageRoutes(app, folder)
  return app
}

it('serves the built page under a strict policy', async () => {
  const folder = await aFolder()
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'assets', 'index-abc.js'), 'void 0')
  const app = await aPage(folder)
  const page = await app.inject('/')
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
  expect(page.headers['content-security-policy']).not.toContain('unsafe')
  expect(page.headers['cache-control']).toBe('no-cache')
  expect(page.headers['x-content-type-options']).toBe('nosniff')
  const asset = await app.inject('/assets/index-abc.js')
  expect(asset.body).toBe('void 0')
  expect(asset.headers['cache-control']).toContain('immutable')
  expect((await app.inject('/assets/../../secret')).statusCode).toBe(404)
})

it('says how to build a page that is not there', async () => {
  const page = await (await aPage(await aFolder())).inject('/')
  expect(page.headers['content-type']).toMatch(/^text\/plain/)
  expect(page.body).toContain('npm run build')
})

it('serves a game beside it, with its configuration', async () => {
  const folder = await aFolder()
  await writeFile(join(folder, 'index.html'), 'the game')
  await writeFile(join(folder, 'downlink-config.js'), 'globalThis.downlinkConfig = {}')
  const { listening } = await aCollector({
    pages: {
      '/play': { folder, config: { enabled: true, key: '</script>' } },
      '/plain': { folder: relative('.', folder) },
    },
  })
  const get = (path: string) => fetch(listening.url + path)
  expect(await (await get('/play/')).text()).toBe('the game')
  expect(new URL((await get('/play')).url).pathname).toBe('/play/')
  const config = await get('/play/downlink-config.js')
  expect(config.headers.get('cache-control')).toBe('no-store')
  expect(config.headers.get('content-type')).toMatch(/^text\/javascript/)
  expect(await config.text()).toBe('globalThis.downlinkConfig = {"enabled":true,"key":"</script>"}\n')
  expect(await (await get('/plain/downlink-config.js')).text()).toBe('globalThis.downlinkConfig = {}\n')
})

it('ends a query at the time that the collector was given', async () => {
  const { collector } = await aCollector({ query: { timeLimitMs: 50 } })
  const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1'
  await expect(collector.query(endless)).rejects.toMatchObject({ code: 'query_timeout' })
})

async function aHost(options: CollectorOptions = {}) {
  const collector = createCollector({ logger: false, data: await aFolder(), ...options })
  const app = Fastify()
  onTestFinished(() => app.close())
  return { app, collector }
}

it('reads under a prefix, beside a host with plugins of its own', async () => {
  const { app, collector } = await aHost({ readToken: 'secret' })
  await app.register(fastifySwagger)
  await app.register(fastifyStatic, { root: await aFolder(), prefix: '/own/' })
  app.get('/own', async () => 'own')
  await app.register(collector.plugin, { prefix: '/downlink' })
  const authorization = 'Bearer secret'
  const document = await app.inject({ url: '/downlink/api/openapi.json', headers: { authorization } })
  const paths = Object.keys(document.json().paths)
  expect(paths).toEqual(expect.arrayContaining(['/downlink/healthz', '/downlink/readyz', '/downlink/api/sessions']))
  expect((await app.inject('/own')).body).toBe('own')
  const shown = await app.inject({ method: 'POST', url: '/downlink/api/token', payload: { token: 'secret' } })
  // Without a path a browser sends it back below /downlink/api alone, or below what a proxy makes of that.
  expect(shown.headers['set-cookie']).not.toMatch(/path=/i)
  const cookie = String(shown.headers['set-cookie']).split(';')[0] ?? ''
  expect((await app.inject({ url: '/downlink/api/sessions', headers: { cookie } })).statusCode).toBe(200)
})

it('leads to the slash that relative paths need, by a relative path', async () => {
  const folder = await aFolder()
  await writeFile(join(folder, 'index.html'), 'the game')
  const { app, collector } = await aHost({ pages: { '/play': { folder } } })
  await app.register(collector.plugin, { prefix: '/tools/downlink' })
  const locationOf = async (url: string) => (await app.inject(url)).headers.location
  expect(await locationOf('/tools/downlink')).toBe('./downlink/')
  expect(await locationOf('/tools/downlink?x=1')).toBe('./downlink/?x=1')
  expect(await locationOf('/tools/downlink/play')).toBe('./play/')
  expect((await app.inject('/tools/downlink/')).statusCode).toBe(200)
  expect((await app.inject('/tools/downlink/play/')).body).toBe('the game')
})

it('is not read from afar without a token, whatever the host says', async () => {
  const { app, collector } = await aHost()
  await app.register(collector.plugin)
  const statusFrom = async (remoteAddress: string) =>
    (await app.inject({ url: '/api/sessions', remoteAddress, headers: { host: 'localhost' } })).statusCode
  expect(await statusFrom('10.0.0.9')).toBe(403)
  expect(await statusFrom('::ffff:127.0.0.1')).toBe(200)
  expect(await statusFrom('::1')).toBe(200)
})

it('serves the client’s script to pages of any origin, as it is or as it was', async () => {
  const { listening } = await aCollector({ pages: {} })
  const get = (path: string, headers = {}) => fetch(listening.url + path, { headers })
  const script = await get('/client.js', { origin: 'https://game.example', 'accept-encoding': 'identity' })
  expect(script.status).toBe(200)
  expect(Object.fromEntries(script.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  })
  const text = await script.text()
  expect(text).toContain('createTelemetry')
  const zipped = await get('/client.js', { 'accept-encoding': 'gzip' })
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(await zipped.text()).toBe(text)
  expect((await get('/client.js', { 'if-none-match': script.headers.get('etag') })).status).toBe(304)
})

it('lets a browser keep the script of its own version for good, and of no other', async () => {
  const { listening } = await aCollector()
  const { versions } = await (await fetch(`${listening.url}/api/health`)).json()
  const cached = async (version: string) =>
    (await fetch(`${listening.url}/client.js?v=${version}`)).headers.get('cache-control')
  expect([await cached(versions.collector), await cached('0.0.1')]).toEqual([
    'public, max-age=31536000, immutable',
    'no-cache',
  ])
})

it('has no script where it has no page', async () => {
  const { listening } = await aCollector({ page: false })
  expect((await fetch(`${listening.url}/client.js`)).status).toBe(404)
})

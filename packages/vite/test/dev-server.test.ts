/** A dev server with a collector in it. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createCollector } from '@downlink/collector'
import { downlink } from '@downlink/vite'
import { build, createServer as createVite, type HttpServer, type InlineConfig, preview } from 'vite'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket as WebSocketClient } from 'ws'
import { z } from 'zod'
import { aDevServer, aGame, ownCache } from './harness.ts'

const push = (url: string, type: string, headers: Record<string, string> = {}) =>
  fetch(`${url}__downlink/telemetry`, { method: 'POST', body: JSON.stringify([{ type, data: {} }]), headers })

/** Of the stored events. The database may still be starting. */
async function typesAt(url: string): Promise<string[]> {
  const response = await fetch(`${url}__downlink/api/events`, { headers: { prefer: 'wait=60' } })
  const { events } = (await response.json()) as { events: { type: string }[] }
  return events.map(({ type }) => type).sort()
}

const configOf = (html: string) => JSON.parse(/globalThis\.downlinkConfig = (.*?)<\/script>/.exec(html)?.[1] ?? 'null')

/** Asks for a path as it is, which `fetch` would tidy. */
const raw = (server: HttpServer, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    get({ port, host: '127.0.0.1', path }, (response) => resolve(text(response))).once('error', reject)
  })

it.each(['/', '/game/'])(
  'brings collector and page along below %s, and says so to the page and once among its urls',
  async (base) => {
    const root = await aGame()
    const { url, lines } = await aDevServer(root, { base, plugins: [downlink()] })
    expect(lines.filter((line) => line.includes('Downlink'))).toEqual([`  ➜  Downlink: ${url}__downlink/`])
    expect(configOf(await (await fetch(url)).text())).toEqual({ url: `${base}__downlink/telemetry`, enabled: true })
    expect(await (await fetch(`${url}__downlink`)).text()).toContain('<title>Downlink</title>')
    expect((await push(url, 'a')).status).toBe(200)
    expect(await typesAt(url)).toEqual(['a'])
    expect(await readFile(join(root, '.downlink/.gitignore'), 'utf8')).toBe('*\n')
  },
)

it.each(['/', '/game/'])('serves nothing of what is recorded as a file, below %s', async (base) => {
  const root = await aGame({ 'public.txt': 'a file' })
  const { server, url } = await aDevServer(root, { base, plugins: [downlink()] })
  const file = '.downlink/age-clock.json'
  await expect.poll(() => readFile(join(root, file), 'utf8')).toContain('{')
  const folder = root.replaceAll('\\', '/').replace(/^\//, '')
  const ways = [
    file,
    '.DOWNLINK/age-clock.json',
    '%2edownlink/age-clock.json',
    `x/../${file}`,
    `${file}?raw`,
    `${file}?import`,
  ]
  for (const path of [...ways.map((way) => `${base}${way}`), `${base}@fs/${folder}/${file}`, `/${file}`]) {
    expect([path, await raw(server.httpServer as HttpServer, path)]).toEqual([path, ''])
  }
  expect(await (await fetch(`${url}public.txt`)).text()).toBe('a file')
})

it.each(['with the plugin as it is', 'with a new plugin, for the config changed'])(
  'keeps what it has when Vite restarts, %s',
  async (how) => {
    const root = await aGame({
      'vite.config.mjs': "import { downlink } from '@downlink/vite'\nexport default { plugins: [downlink()] }\n",
    })
    const isNew = how.includes('new plugin')
    const { server, url, lines } = await aDevServer(
      root,
      isNew ? { configFile: join(root, 'vite.config.mjs') } : { plugins: [downlink()] },
    )
    await push(url, 'before')
    for (const type of ['once', 'twice']) {
      await server.restart()
      expect((await push(url, type)).status).toBe(200)
    }
    expect(await typesAt(url)).toEqual(['before', 'once', 'twice'])
    expect(lines.filter((line) => line.includes('Downlink')).length).toBe(1)
    await server.close()
    const { url: next } = await aDevServer(root, { plugins: [downlink()] })
    expect(await typesAt(next)).toEqual(['before', 'once', 'twice'])
  },
)

/** What the page's link does: says hello over a socket of the page's own origin. @returns the first answer, or the status */
const hello = (url: string, origin = new URL(url).origin): Promise<string> =>
  new Promise((resolve) => {
    const socket = new WebSocketClient(`${url.replace('http', 'ws')}__downlink/telemetry`, ['downlink.v1'], { origin })
    onTestFinished(() => socket.terminate())
    const session = `s-${Math.random()}`
    socket.once('open', () =>
      socket.send(JSON.stringify({ t: 'hello', session, proof: 'a'.repeat(32), conn: 1, next: 1, pushed: 0, now: 1 })),
    )
    socket.once('message', (text) => resolve(String(text)))
    socket.once('close', (code) => resolve(String(code)))
    socket.once('unexpected-response', (_, { statusCode }) => resolve(String(statusCode)))
    socket.once('error', (error) => resolve(String(error)))
  })

const welcome: unknown = expect.stringContaining('"t":"welcome"')

/** The database may still be starting, on a machine that has much else to do. */
const inTime = { timeout: 60_000 }

it('records with the collector of the server that has the folder, wherever that is mounted, and takes its place', async () => {
  const root = await aGame()
  const first = await aDevServer(root, { base: '/game/', plugins: [downlink()] })
  const second = await aDevServer(root, { plugins: [downlink()] })
  const owner = `${first.url}__downlink`
  expect(second.lines.filter((line) => line.includes('ownlink'))).toEqual([
    `  ➜  Downlink: ${second.url}__downlink/ (by the collector at ${owner})`,
  ])
  expect(configOf(await (await fetch(second.url)).text())).toEqual({ url: '/__downlink/telemetry', enabled: true })
  expect((await push(first.url, 'of_first')).status).toBe(200)
  expect((await push(second.url, 'of_second')).status).toBe(200)
  expect(await hello(second.url)).toContain('"t":"welcome"')
  await expect.poll(() => typesAt(second.url), inTime).toEqual(['of_first', 'of_second'])
  expect(await (await fetch(`${second.url}__downlink`)).text()).toContain('<title>Downlink</title>')

  await first.server.close()
  expect((await push(second.url, 'after')).status).toBe(200)
  expect(await hello(second.url)).toContain('"t":"welcome"')
  await expect.poll(() => typesAt(second.url), inTime).toEqual(['after', 'of_first', 'of_second'])
})

it('answers each page that comes while it takes the place of a server that has ended, and says that it did', async () => {
  const root = await aGame({ 'public.txt': 'a file' })
  const first = await aDevServer(root, { plugins: [downlink()] })
  const second = await aDevServer(root, { plugins: [downlink()] })
  await first.server.close()
  const early = [hello(second.url), hello(second.url)]
  expect(await (await fetch(`${second.url}public.txt`)).text()).toBe('a file')
  const answers = await Promise.all([...early, hello(second.url), push(second.url, 'of_second')])
  expect(answers).toEqual([welcome, welcome, welcome, expect.objectContaining({ status: 200 })])
  expect(second.lines.slice(-1)).toEqual([
    `[downlink] The collector at ${first.url}__downlink has ended: this server records now, see ${second.url}__downlink/`,
  ])
  await expect.poll(() => typesAt(second.url), inTime).toEqual(['of_second'])
})

it('waits for a collector that ends, which has the folder until all is stored, and says once who records then', async () => {
  const root = await aGame()
  const collector = createCollector({ data: join(root, '.downlink'), logger: false })
  onTestFinished(() => collector.close())
  const ending = createServer()
  await collector.attach(ending, { prefix: '/ending' })
  await once(ending.listen(0, '127.0.0.1'), 'listening')
  const { port } = ending.address() as AddressInfo
  const { url, lines } = await aDevServer(root, { plugins: [downlink()] })
  expect((await push(url, 'of_both')).status).toBe(200)
  ending.closeAllConnections()
  await once(ending.close(), 'close')
  const answers = Promise.all([hello(url), push(url, 'of_both')])
  // It has the folder meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await collector.close()
  expect(await answers).toEqual([welcome, expect.objectContaining({ status: 200 })])
  expect(lines.filter((line) => line.includes('has ended'))).toEqual([
    `[downlink] The collector at http://127.0.0.1:${port}/ending has ended: this server records now, see ${url}__downlink/`,
  ])
})

it('passes on who asks: what the collector would refuse at its own address is refused', async () => {
  const root = await aGame()
  await aDevServer(root, { plugins: [downlink()] })
  const { url } = await aDevServer(root, { plugins: [downlink()] })
  expect((await push(url, 'a', { origin: 'https://elsewhere.example' })).status).toBe(403)
  expect((await push(url, 'a', { origin: url.slice(0, -1) })).status).toBe(200)
  expect(await hello(url, 'https://elsewhere.example')).toMatch(/^(403|4403)$/)
})

it('knows the key of the server that has the folder', async () => {
  const root = await aGame()
  const first = await aDevServer(root, { plugins: [downlink()], server: { host: true } })
  const { url } = await aDevServer(root, { plugins: [downlink()] })
  const { key } = configOf(await (await fetch(url)).text())
  expect(key).toBe(configOf(await (await fetch(first.url)).text()).key)
  expect((await push(url, 'a')).status).toBe(401)
  expect((await push(url, 'a', { authorization: `Bearer ${key}` })).status).toBe(200)
})

it('records in a preview beside the dev server, with the collector of that', async () => {
  const root = await aGame({ 'main.ts': 'document.title = "built"' })
  const config: InlineConfig = { ...ownCache(root), configFile: false, plugins: [downlink()] }
  await build(config)
  const dev = await aDevServer(root, { plugins: [downlink()] })
  const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } })
  onTestFinished(() => server.close())
  const url = server.resolvedUrls?.local[0] ?? ''
  expect(configOf(await (await fetch(url)).text())).toEqual({ url: '/__downlink/telemetry', enabled: true })
  expect((await push(url, 'of_preview')).status).toBe(200)
  expect(await hello(url)).toContain('"t":"welcome"')
  await expect.poll(() => typesAt(dev.url), inTime).toEqual(['of_preview'])
})

it('switches telemetry off in the page where nothing can be recorded, and says why there and among the urls', async () => {
  const root = await aGame({ file: 'no folder' })
  const { url, lines } = await aDevServer(root, { plugins: [downlink({ data: 'file' })] })
  expect(lines.filter((line) => line.includes('➜  Downlink'))).toEqual([
    expect.stringMatching(/Downlink: records nothing: Can't write the log in/),
  ])
  const html = await (await fetch(url)).text()
  expect(html).toMatch(
    /downlinkConfig = \{"enabled":false\};console\.warn\("\[downlink\] Telemetry is off.*Can't write the log/,
  )
  const answer = await push(url, 'a')
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('records nothing')])
})

it('checks what comes by the events of the game', async () => {
  const events = { schemas: { level_started: z.object({ level: z.number() }) } }
  const { url } = await aDevServer(await aGame(), { plugins: [downlink({ events })] })
  const answer = (await (await push(url, 'level_started')).json()) as { totals: unknown }
  expect(answer.totals).toMatchObject({ rejected: { invalid_payload: 1 } })
})

it.each([{ host: true }, { host: '0.0.0.0' }, { allowedHosts: ['tunnel.example'] }])(
  'gives the page a key where others than this machine may ask for it: %j',
  async (server) => {
    const { url } = await aDevServer(await aGame(), { plugins: [downlink()], server })
    const { key } = configOf(await (await fetch(url)).text())
    expect((await push(url, 'a')).status).toBe(401)
    expect((await push(url, 'a', { authorization: `Bearer ${key}` })).status).toBe(200)
  },
)

it('takes nothing of another page', async () => {
  const { url } = await aDevServer(await aGame(), { plugins: [downlink()] })
  expect((await push(url, 'a', { origin: 'https://elsewhere.example' })).status).toBe(403)
  expect((await push(url, 'a', { origin: url.slice(0, -1) })).status).toBe(200)
})

it.each([
  ['the option', { enabled: false }, '', 'development'],
  ['the environment', {}, 'VITE_ENABLE_TELEMETRY=false', 'development'],
  ['unit tests', {}, '', 'test'],
])('brings nothing along where %s has it off', async (_, options, env, mode) => {
  const root = await aGame({ '.env': env })
  const { url, lines } = await aDevServer(root, { mode, plugins: [downlink(options)] })
  expect(lines.join('\n')).not.toContain('ownlink')
  expect(await (await fetch(url)).text()).not.toContain('ownlink')
  expect((await push(url, 'a')).status).toBe(404)
})

it('serves a client that does nothing where telemetry is off', async () => {
  const root = await aGame({
    'main.ts': "import { createTelemetry } from '@downlink/client'\ncreateTelemetry().start()\n",
  })
  const repository = join(import.meta.dirname, '../../..')
  const { url } = await aDevServer(root, {
    plugins: [downlink({ enabled: false })],
    server: { fs: { allow: [root, repository] } },
  })
  const importOf = (code: string): string => /from "\/?([^"]+)"/.exec(code)?.[1] ?? ''
  const main = await (await fetch(`${url}main.ts`)).text()
  const standIn = await (await fetch(url + importOf(main))).text()
  const inert = await (await fetch(url + importOf(standIn))).text()
  expect(standIn).toMatch(/export \{.*\bcreateTelemetry\b/s)
  expect(inert).toContain('export const createTelemetry')
})

it('brings both along in a preview of a build, whose files it leaves as they are', async () => {
  const root = await aGame({ 'deep/index.html': '<head></head>deep', 'main.ts': 'document.title = "built"' })
  await writeFile(join(root, 'outside.html'), '<head></head>not of the build')
  const config: InlineConfig = { ...ownCache(root), configFile: false, base: '/game/', plugins: [downlink()] }
  await build({ ...config, build: { rolldownOptions: { input: ['index.html', 'deep/index.html'] } } })
  const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } })
  const closed = once(server.httpServer, 'close')
  const url = server.resolvedUrls?.local[0] ?? ''
  for (const page of ['', 'index.html', 'deep/', '?level=3']) {
    expect(configOf(await (await fetch(url + page)).text())).toMatchObject({ url: '/game/__downlink/telemetry' })
  }
  expect(await raw(server.httpServer, '/game/../outside.html')).not.toContain('not of the build')
  expect(await readFile(join(root, 'dist/index.html'), 'utf8')).not.toContain('downlink')
  expect((await push(url, 'a')).status).toBe(200)
  expect(await typesAt(url)).toEqual(['a'])
  expect(await (await fetch(`${url}__downlink`)).text()).toContain('<title>Downlink</title>')
  await server.close()
  await closed
})

it.each([
  ['spa', 200],
  ['mpa', 404],
] as const)('brings both along where a preview has one page for all, and nowhere else: %s', async (appType, status) => {
  const root = await aGame({ 'main.ts': 'document.title = "built"' })
  const config: InlineConfig = { ...ownCache(root), configFile: false, base: '/game/', appType, plugins: [downlink()] }
  await build(config)
  const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } })
  const closed = once(server.httpServer, 'close')
  const answer = await fetch(`${server.resolvedUrls?.local[0]}level/3`, { headers: { accept: 'text/html' } })
  const text = await answer.text()
  expect(answer.status).toBe(status)
  if (status === 200) expect(configOf(text)).toMatchObject({ url: '/game/__downlink/telemetry' })
  else expect(text).not.toContain('downlinkConfig')
  await server.close()
  await closed
})

it('leaves the server of a middleware to its owner', async () => {
  const root = await aGame()
  const vite = await createVite({
    ...ownCache(root),
    configFile: false,
    plugins: [downlink()],
    server: { middlewareMode: true, ws: false },
  })
  onTestFinished(() => vite.close())
  const server = createServer(vite.middlewares).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  expect(await answer.text()).not.toContain('downlinkConfig')
})

/** A dev server with a collector in it. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { downlink } from '@downlink/vite'
import { build, createServer as createVite, type HttpServer, type InlineConfig, preview } from 'vite'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { aDevServer, aGame, ownCache } from './harness.ts'

const push = (url: string, type: string, headers: Record<string, string> = {}) =>
  fetch(`${url}__downlink/telemetry`, { method: 'POST', body: JSON.stringify([{ type, data: {} }]), headers })

/** Of the stored events. The database may still be starting. */
async function typesAt(url: string): Promise<string[]> {
  const response = await fetch(`${url}__downlink/api/events`, { headers: { prefer: 'wait=10' } })
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

it('goes on without a collector where another one has the folder, and says so', async () => {
  const root = await aGame()
  const first = await aDevServer(root, { plugins: [downlink()] })
  const second = await aDevServer(root, { plugins: [downlink()] })
  expect(second.lines.join('\n')).toMatch(/Downlink records nothing: .*is in use: stop the other collector/)
  expect((await fetch(second.url)).status).toBe(200)
  await second.server.close()
  expect((await push(first.url, 'a')).status).toBe(200)
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

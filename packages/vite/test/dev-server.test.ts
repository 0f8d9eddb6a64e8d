/** A dev server with a collector in it. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { downlink } from '@downlink/vite'
import { createServer as createVite } from 'vite'
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

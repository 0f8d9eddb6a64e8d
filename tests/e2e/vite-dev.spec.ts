/** A game on a Vite dev server, which brings the collector along: what its page pushes is there in SQL, on the same port. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downlink } from '@downlink/vite'
import { expect, test } from '@playwright/test'
import { createServer } from 'vite'
import { root } from '../../tools/node-tool.ts'

const game = join(root, 'tests/e2e/consumers/vite-dev')

test("an event of a page under a dev server arrives beside Vite's own socket, also after a restart", async ({
  page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-dev-'))
  const server = await createServer({
    root: game,
    configFile: false,
    logLevel: 'silent',
    cacheDir: join(folder, 'cache'),
    server: { port: 0, host: '127.0.0.1' },
    plugins: [downlink({ data: join(folder, 'data') })],
  })
  try {
    await server.listen()
    const [url = ''] = server.resolvedUrls?.local ?? []
    const sockets: string[] = []
    const foreign: string[] = []
    page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname))
    page.on('request', (request) => url.startsWith(new URL(request.url()).origin) || foreign.push(request.url()))
    await page.goto(url)
    await expect(page.locator('#acked')).toHaveText('1')
    expect([...new Set(sockets)].sort()).toEqual(['/', '/__downlink/telemetry'])

    // Vite's client reloads the page once the server is back.
    await server.restart()
    const levels = "SELECT data->>'level' AS level FROM events WHERE type = 'level_started'"
    const ask = () =>
      page.request
        .post(`${url}__downlink/api/query`, { data: { sql: levels } })
        .then((response) => response.json())
        .then(({ rows }) => rows)
    await expect.poll(ask).toEqual([['3'], ['3']])

    await page.goto(`${url}__downlink`)
    await expect(page.getByText('level_started').first()).toBeVisible()
    expect(foreign).toEqual([])
  } finally {
    await server.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})

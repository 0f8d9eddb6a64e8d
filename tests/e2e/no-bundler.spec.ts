/** Pages from a plain file server, without a bundler: an import map and the built files, as the guide has it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Telemetry, TelemetryOptions } from '@downlink/client'
import type { auto as recordAuto } from '@downlink/client/auto'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { root } from '../../tools/node-tool.ts'

declare global {
  var auto: typeof recordAuto
  var createTelemetry: (options?: TelemetryOptions) => Telemetry
  var telemetry: Telemetry
}

interface FileServer {
  readonly url: string
  /** Method and path of every request, upgrades included, but for the built files. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** @param headOf what stands first in the page's head */
async function serveFiles(headOf: (url: string) => string = () => ''): Promise<FileServer> {
  const requests: string[] = []
  const server: Server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any')
    const built = /^\/downlink\/(client|protocol)\/([\w/-]+\.js)$/.exec(pathname)
    if (built) {
      const file = join(root, 'packages', built[1] ?? '', 'dist', built[2] ?? '')
      response.setHeader('content-type', 'text/javascript').end(await readFile(file))
      return
    }
    if (pathname === '/game/' || pathname === '/elsewhere/') {
      response.setHeader('content-type', 'text/html').end(pathname === '/game/' ? pageOf(url, headOf(url)) : '')
      return
    }
    if (pathname !== '/favicon.ico') requests.push(`${request.method} ${pathname}`)
    response.writeHead(404).end()
  })
  server.on('upgrade', (request, socket) => {
    requests.push(`UPGRADE ${request.url}`)
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const pageOf = (url: string, head: string): string => `<!doctype html>
  <head>
    <meta charset="utf-8">
    <link rel="icon" href="data:,">
    ${head}
    <script type="importmap">
      { "imports": {
        "@downlink/client": "${url}/downlink/client/index.js",
        "@downlink/client/auto": "${url}/downlink/client/auto.js",
        "@downlink/protocol": "${url}/downlink/protocol/index.js"
      } }
    </script>
  </head>
  <script type="module">
    import { createTelemetry } from '@downlink/client'
    import { auto } from '@downlink/client/auto'
    Object.assign(globalThis, { auto, createTelemetry })
  </script>`

let folder: string
let collector: Collector
let collectorUrl: string
let files: FileServer

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-no-bundler-'))
  collector = createCollector({ data: join(folder, 'data'), logger: false })
  collectorUrl = (await collector.listen({ port: 0 })).url
  files = await serveFiles()
})

test.afterEach(async () => {
  await collector.close()
  await files.close()
  await rm(folder, { recursive: true, force: true })
})

async function openGame(page: Page, url: string = files.url): Promise<void> {
  await page.goto(`${url}/game/`)
  await page.waitForFunction(() => 'createTelemetry' in globalThis)
}

const storedTypes = async (): Promise<readonly unknown[]> =>
  (await collector.query('SELECT type FROM events ORDER BY session_id, seq')).rows.map(([type]) => type)

test('a game without a bundler sends and is acked; on loopback it is development', async ({ page }) => {
  await openGame(page)
  // As `serve` prints it.
  await page.evaluate((url) => {
    globalThis.telemetry = createTelemetry({ url, enabled: true })
    telemetry.start()
    telemetry.push('level_started', { level: 3 })
  }, collectorUrl)
  await expect.poll(() => page.evaluate(() => telemetry.stats().acked)).toBe(1)
  expect(await storedTypes()).toEqual(['level_started'])
  expect(await page.evaluate(() => Object.isFrozen(telemetry.recent(1)[0]?.data))).toBe(true)
  const warnings: string[] = []
  page.on('console', (message) => warnings.push(message.text()))
  const pushed = await page.evaluate(() => {
    const wrong = createTelemetry({ enabled: true, capacity: 'big' as unknown as number })
    wrong.push('level_started', { level: 3 })
    return wrong.stats().pushed
  })
  expect(pushed).toBe(1)
  expect(warnings).toEqual([
    '[downlink] bad_option: Expected `capacity` to be a whole number from 1 to 2147483647, got "big": 5000 holds',
  ])
})

test('so does what auto records of it', async ({ page }) => {
  await openGame(page)
  await page.evaluate((url) => {
    auto(createTelemetry({ url, enabled: true }))
    setTimeout(() => {
      throw new Error('No hull')
    })
  }, collectorUrl)
  await expect.poll(storedTypes).toEqual(expect.arrayContaining(['error', 'frame_times', 'page_loaded']))
})

test('the same page is production in a shell, where a wrong option stops nothing', async ({ page }) => {
  await page.addInitScript(() => Object.assign(globalThis, { Capacitor: {} }))
  const warnings: string[] = []
  page.on('console', (message) => warnings.push(message.text()))
  await openGame(page)
  const frozen = await page.evaluate(() => {
    const telemetry = createTelemetry({ enabled: true, capacity: -1, labels: { cores: 8 as unknown as string } })
    telemetry.push('level_started', { level: 3 })
    return Object.isFrozen(telemetry.recent(1)[0]?.data)
  })
  expect(frozen).toBe(false)
  expect(warnings).toEqual([expect.stringMatching(/capacity/)])
})

test('a refusal says why, in status and console', async ({ page }) => {
  const guarded = createCollector({ data: join(folder, 'guarded'), logger: false, keys: ['k'] })
  const warnings: string[] = []
  page.on('console', (message) => warnings.push(message.text()))
  try {
    const { url } = await guarded.listen({ port: 0 })
    await openGame(page)
    await page.evaluate((url) => {
      globalThis.telemetry = createTelemetry({ url, enabled: true, key: 'k' })
      telemetry.start()
    }, url)
    await expect.poll(() => page.evaluate(() => telemetry.status().status)).toBe('stopped')
    const status = await page.evaluate(() => telemetry.status())
    const message = expect.stringContaining(`Expected an allowed origin, got "${files.url}"`)
    expect(status).toMatchObject({ reason: 'forbidden', message })
    expect(warnings).toEqual([message])
  } finally {
    await guarded.close()
  }
})

test('without consent nothing is recorded and no socket opened, until it is given', async ({ page }) => {
  let sockets = 0
  page.on('websocket', () => sockets++)
  await openGame(page)
  await page.evaluate((url) => {
    globalThis.telemetry = createTelemetry({ url, enabled: true, consent: false })
    telemetry.push('before')
    telemetry.start()
    telemetry.push('before')
  }, collectorUrl)
  await page.evaluate(() => new Promise(requestAnimationFrame))
  expect([sockets, await page.evaluate(() => [telemetry.status().status, telemetry.stats().pushed])]).toEqual([
    0,
    ['disabled', 0],
  ])
  await page.evaluate(() => {
    telemetry.setEnabled(true)
    telemetry.push('after')
  })
  await expect.poll(() => page.evaluate(() => telemetry.stats().acked)).toBe(1)
  expect([sockets, await storedTypes()]).toEqual([1, ['after']])
})

test('the operator’s flag is a ceiling for the player’s choice', async ({ page }) => {
  let sockets = 0
  page.on('websocket', () => sockets++)
  await page.addInitScript(() => Object.assign(globalThis, { downlinkConfig: { enabled: false } }))
  await openGame(page)
  await page.evaluate((url) => {
    globalThis.telemetry = createTelemetry({ url, enabled: true })
    telemetry.start()
    telemetry.setEnabled(true)
    telemetry.push('level_started')
  }, collectorUrl)
  await page.goto(`${files.url}/elsewhere/`)
  expect([sockets, await storedTypes()]).toEqual([0, []])
})

test('a <base> that leads elsewhere leads neither socket nor exit flush there', async ({ page }) => {
  const cdn = await serveFiles()
  const game = await serveFiles(() => `<base href="${cdn.url}/assets/">`)
  try {
    for (const url of [undefined, 'telemetry']) {
      await openGame(page, game.url)
      await page.evaluate((url) => {
        globalThis.telemetry = createTelemetry({ enabled: true, ...(url && { url }) })
        telemetry.start()
        telemetry.push('level_started')
      }, url)
      await expect.poll(() => page.evaluate(() => telemetry.status())).toMatchObject({ lastCode: 1006 })
      await page.goto(`${game.url}/elsewhere/`)
    }
    await expect.poll(() => game.requests).toContain('POST /game/telemetry')
    // In development it asks why nobody takes the connection, and asks there, too.
    const probes = ['GET /healthz', 'GET /game/healthz']
    expect(new Set(game.requests)).toEqual(
      new Set(['UPGRADE /telemetry', 'POST /telemetry', 'UPGRADE /game/telemetry', 'POST /game/telemetry', ...probes]),
    )
    expect(cdn.requests).toEqual([])
  } finally {
    await game.close()
    await cdn.close()
  }
})

test('two telemetries of a page share what it may send while it is left', async ({ page }) => {
  await page.routeWebSocket('**/telemetry', () => {})
  await openGame(page)
  await page.evaluate((url) => {
    for (const type of ['first', 'second']) {
      const telemetry = createTelemetry({ url, enabled: true })
      telemetry.start()
      for (let n = 0; n < 45; n++) telemetry.push(type, 'x'.repeat(1000))
    }
  }, collectorUrl)
  await page.goto(`${files.url}/elsewhere/`)
  const count = async (type: string) => (await storedTypes()).filter((each) => each === type).length
  await expect.poll(() => count('first')).toBe(45)
  await expect.poll(() => count('second')).toBeGreaterThan(10)
})

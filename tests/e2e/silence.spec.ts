/** Where nothing comes, the message names the cause: one test for each that the test of a game can run into. */
import { createTest } from '@downlink/playwright'
import game from '@downlink/red-vs-blue'
import type { Page } from '@playwright/test'

const { test, expect } = createTest({ events: game.events })

/** For what does not come. */
const brief = { timeout: 500 }

/** Of a page whose script is this. */
async function open(page: Page, script: string): Promise<void> {
  await page.route('http://127.0.0.1:1/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><script>${script}</script>` }),
  )
  await page.goto('http://127.0.0.1:1/')
}

const connects = 'new WebSocket(downlinkConfig.url)'

const causes: readonly {
  readonly cause: string
  readonly says: string | RegExp
  readonly prepare: (page: Page) => Promise<unknown>
}[] = [
  { cause: 'the test goes nowhere', says: 'about:blank is blank', prepare: async () => {} },
  { cause: 'telemetry is not created', says: '/ has not read `downlinkConfig`', prepare: (page) => open(page, '') },
  {
    cause: 'the game threw before',
    says: /Uncaught: .*no such engine/,
    prepare: (page) => open(page, `throw new Error('no such engine')`),
  },
  {
    cause: 'telemetry is created, and not started',
    says: 'Is telemetry started in the page?',
    prepare: (page) => open(page, 'downlinkConfig.url'),
  },
  {
    cause: 'the page sends elsewhere',
    says: 'WebSockets elsewhere: ws://127.0.0.1:2/game',
    prepare: (page) => open(page, `downlinkConfig.url; new WebSocket('ws://127.0.0.1:2/game')`),
  },
  {
    cause: 'the test takes its sockets',
    says: '`page.routeWebSocket`',
    async prepare(page) {
      await page.routeWebSocket('**', () => {})
      await open(page, connects)
    },
  },
  {
    cause: 'the test aborts its requests',
    says: /The browser: Failed to load.*\n.*a `route` of the test/,
    async prepare(page) {
      await page.route('**/telemetry*', (route) => route.abort())
      await open(page, `fetch(downlinkConfig.url.replace('ws', 'http'), { method: 'POST' })`)
    },
  },
  {
    cause: 'the context is offline',
    says: /setOffline\(false\)/,
    async prepare(page) {
      await open(page, `addEventListener('offline', () => ${connects})`)
      await page.context().setOffline(true)
    },
  },
  {
    cause: 'the page has closed',
    says: 'All pages are closed',
    async prepare(page) {
      await open(page, '')
      await page.close()
    },
  },
  {
    cause: 'the page has crashed',
    says: 'The page has crashed',
    async prepare(page) {
      const crash = page.waitForEvent('crash')
      await page.goto('chrome://crash').catch(() => {})
      await crash
    },
  },
  {
    cause: 'the page hangs',
    says: 'does not answer: its main thread is busy, or a dialog is open',
    async prepare(page) {
      await open(page, '')
      await page.evaluate('setTimeout(() => { for (;;); }); undefined')
    },
  },
]

for (const { cause, says, prepare } of causes) {
  test(`says so where ${cause}`, async ({ page, telemetry }) => {
    await prepare(page)
    await expect(telemetry.waitFor('round_started', undefined, brief)).rejects.toThrow(says)
  })
}

test('says so where a clock stands still, and what to do does it', async ({ page, telemetry }) => {
  await page.clock.install()
  await page.goto(`${telemetry.url}/play/`)
  await expect(page.getByRole('button', { name: 'Start the battle' })).toBeVisible()
  await page.clock.pauseAt(Date.now() + 60_000)
  await page.getByRole('button', { name: 'Start the battle' }).click()
  await expect(expect(telemetry).toHaveReceived('round_started', {}, brief)).rejects.toThrow(
    /a clock that stands still, .*`await page\.clock\.runFor\(1000\)`/,
  )
  await page.clock.runFor(1000)
  await expect(telemetry).toHaveReceived('round_started')
})

test('says so where no page was opened', async ({ telemetry }) => {
  await expect(expect(telemetry).toBeBalanced(brief)).rejects.toThrow('No page was opened by `page`, by `context`')
})

test.describe('by configuration', () => {
  test.use({ telemetryConfig: { enabled: false } })

  test('says so where the flag is off', async ({ page, telemetry }) => {
    await page.goto(`${telemetry.url}/play/`)
    await expect(expect(telemetry).toHaveReceived('round_started', {}, brief)).rejects.toThrow(
      '`telemetryConfig` has `enabled: false`',
    )
  })
})

test.describe('by another URL', () => {
  test.use({ telemetryConfig: { url: 'ws://127.0.0.1:2/telemetry' } })

  test('says so where it is not the collector’s', async ({ page, telemetry }) => {
    await open(page, connects)
    await expect(expect(telemetry).toHaveReceived('round_started', {}, brief)).rejects.toThrow(
      /`url` of its own, and pages send there: ws:\/\/127\.0\.0\.1:2\/telemetry\n +The browser: WebSocket connection/,
    )
  })
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('says so', async ({ page, telemetry }) => {
    await page.goto(`${telemetry.url}/play/`)
    await expect(expect(telemetry).toBeBalanced(brief)).rejects.toThrow('`javaScriptEnabled: false`')
  })
})

test.describe('with a page that tests share', () => {
  test.describe.configure({ mode: 'serial' })
  let shared: Page

  test.afterAll(() => shared?.context().close())

  test('the one that joined it has its events', async ({ browser, telemetry }) => {
    const context = await browser.newContext()
    await telemetry.instrument(context)
    shared = await context.newPage()
    await open(shared, connects)
    await expect(expect(telemetry).toBeBalanced(brief)).rejects.toThrow('connected 1 time')
  })

  test('the next one hears whose it is', async ({ telemetry }) => {
    await shared.evaluate(connects)
    await expect(telemetry.waitFor('round_started', undefined, brief)).rejects.toThrow(
      'A page with the address of an earlier test was refused',
    )
  })
})

/** Capturing from pages that are in no state to answer: each time a code, a note, and a test that goes on. */
import { captureInspectorTelemetry } from '@downlink/playwright'
import { expect, type Page, test } from '@playwright/test'

/** An inspector whose export is the given expression. */
const expose = (page: Page, body: string): Promise<void> =>
  page.evaluate(`globalThis.downlink = { exportInspectorSummary: async (request) => ${body} }; undefined`)

const good = '({ summary: {}, artifacts: [], metrics: {} })'

const faults: readonly { code: string; because: string; prepare: (page: Page) => Promise<unknown> }[] = [
  { code: 'no_inspector', because: 'it is blank', prepare: async () => {} },
  { code: 'export_failed', because: 'its export throws', prepare: (page) => expose(page, 'request.no.such') },
  { code: 'bad_export', because: 'its export makes no sense', prepare: (page) => expose(page, '[1, 2]') },
  { code: 'export_timeout', because: 'its export hangs', prepare: (page) => expose(page, 'new Promise(() => {})') },
  {
    code: 'export_timeout',
    because: 'its main thread is busy',
    async prepare(page) {
      await expose(page, good)
      const busy = page.waitForEvent('console')
      await page.evaluate(() => {
        setTimeout(() => {
          console.log('busy')
          for (const end = Date.now() + 10_000; Date.now() < end; );
        })
      })
      await busy
    },
  },
  {
    code: 'export_timeout',
    because: 'a dialog is open',
    async prepare(page) {
      // Who listens has to answer it; nobody does.
      const dialog = page.waitForEvent('dialog')
      await page.evaluate(() => {
        setTimeout(() => alert('well?'))
      })
      await dialog
    },
  },
  {
    code: 'page_closed',
    because: 'it is closed meanwhile',
    async prepare(page) {
      await expose(page, 'new Promise(() => {})')
      setTimeout(() => void page.close(), 200)
    },
  },
  { code: 'page_closed', because: 'its context is closed', prepare: (page) => page.context().close() },
  {
    code: 'page_crashed',
    because: 'it has crashed',
    async prepare(page) {
      const crash = page.waitForEvent('crash')
      await page.goto('chrome://crash').catch(() => {})
      await crash
    },
  },
]

for (const { code, because, prepare } of faults) {
  test(`has the code ${code} where ${because}`, async ({ page }, testInfo) => {
    await prepare(page)
    const captured = await captureInspectorTelemetry(page, testInfo, { timeoutMs: 1000 })
    expect(captured).toMatchObject({ ok: false, code, message: expect.any(String), artifacts: [] })
    expect(testInfo.annotations).toEqual([
      expect.objectContaining({ type: 'inspector telemetry', description: expect.stringContaining(`(${code})`) }),
    ])
  })
}

test('asks again where the page has gone on to', async ({ page }, testInfo) => {
  const content = (body: string) =>
    `<script>globalThis.downlink = { exportInspectorSummary: async () => ${body} }</script>`
  const bodies = [`(location.href = '/next', new Promise(() => {}))`, good]
  await page.route('http://game.test/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: content(bodies.shift() ?? good) }),
  )
  await page.goto('http://game.test/')
  expect(await captureInspectorTelemetry(page, testInfo)).toMatchObject({ ok: true, artifacts: [] })
  expect(testInfo.annotations).toEqual([])
})

/** Tries options of the package's fixtures, by themselves and beside a fixture of the user's own. */
import { join } from 'node:path'
import { test as base, captureInspectorTelemetry, expect } from '@downlink/playwright'
import { mergeTests, test as plain } from '@playwright/test'

const own = plain.extend<{ opened: string[] }>({
  opened: [[], { option: true }],
  async context({ context, opened }, use) {
    context.on('page', (page) => opened.push(page.url()))
    await use(context)
  },
})
const test = mergeTests(base, own)

test.use({
  telemetryPages: { '/game': { folder: join(import.meta.dirname, 'page'), config: { key: 'of the page' } } },
  telemetryKey: 'sesame',
  telemetryCapture: { when: 'always', prefix: 'kept', formats: ['csv'] },
})

declare const send: (...events: readonly (readonly [string, unknown])[]) => void

test('captures a test that passes', async ({ page, telemetry, opened }, testInfo) => {
  await page.goto(`${telemetry.url}/game/`)
  await page.evaluate(() => send(['anything', { goes: [1, 2] }]))
  await expect(telemetry).toHaveReceived('anything', { goes: [1, 2] })
  await expect(telemetry).toBeBalanced()
  expect(opened).toHaveLength(1)
  expect(await captureInspectorTelemetry(page, testInfo, { artifactRoot: testInfo.project.outputDir })).toMatchObject({
    ok: true,
  })
})

/** Does what a user's tests do with the package; some of them fail, on purpose. */
import { join } from 'node:path'
import { captureInspectorTelemetry, createTest } from '@downlink/playwright'
import type { StandardResult, StandardSchema } from '@downlink/protocol'

type Team = 'red' | 'blue'
type Battle = {
  readonly ship_destroyed: { readonly team: Team; readonly killerId: string; readonly at: { readonly x: number } }
  readonly round_ended: { readonly winner: Team }
}

/** A Standard Schema by hand: only the field that names a team is looked at. */
function ofTeam(field: string): StandardSchema {
  const validate = (value: unknown): StandardResult<unknown> =>
    ['red', 'blue'].includes(String(Reflect.get(Object(value), field)))
      ? { value }
      : { issues: [{ message: 'Expected "red" or "blue"', path: [field] }] }
  return { '~standard': { version: 1, vendor: 'nested', validate } }
}

const { test, expect } = createTest<Battle>({
  events: { schemas: { ship_destroyed: ofTeam('team'), round_ended: ofTeam('winner') } },
})

test.use({ telemetryPages: { '/game': { folder: join(import.meta.dirname, 'page') } } })

/** For what does not come. */
const brief = { timeout: 500 }

declare const send: (...events: readonly (readonly [string, unknown])[]) => void

test('captures on demand, twice', { tag: '@both' }, async ({ page, telemetry }, testInfo) => {
  await page.goto(`${telemetry.url}/game/`)
  const first = await captureInspectorTelemetry(page, testInfo)
  expect(first).toMatchObject({ ok: true, summary: { context: { project: testInfo.project.name, retry: 0 } } })
  const [again, other] = await Promise.all([
    captureInspectorTelemetry(page, testInfo, { formats: ['json'] }),
    captureInspectorTelemetry(page, testInfo, { formats: ['json'], prefix: 'mine', context: { wave: 3 } }),
  ])
  expect([again.ok, other.ok]).toEqual([true, true])
})

test.describe('flaky', () => {
  test.describe.configure({ retries: 1 })

  test(
    'captures when it fails, and passes the second time',
    { tag: '@both' },
    async ({ page, telemetry }, testInfo) => {
      await page.goto(`${telemetry.url}/game/`)
      await page.evaluate(() => send(['round_ended', { winner: 'red' }], ['round_ended', { winner: 'green' }]))
      await expect(telemetry).toHaveReceived('round_ended', { winner: 'red' })
      expect(testInfo.retry).toBe(1)
    },
  )
})

test('waits for events that are almost there', async ({ page, telemetry }) => {
  await page.goto(`${telemetry.url}/game/`)
  await page.evaluate(() =>
    send(
      ['ship_destroyed', { team: 'blue', killerId: 'red-1', at: { x: 1 } }],
      ['ship_destroyed', { team: 'red', killerId: 'blue-7', at: { x: 2 } }],
      ['ship_destroyed', { team: 'green', killerId: 'red-1', at: { x: 1 } }],
      ['round_ended', { winner: 'red' }],
    ),
  )
  await expect(telemetry).toHaveReceivedTimes('round_ended', 1)
  const wanted = { team: 'red', killerId: expect.stringMatching(/^red/), at: { x: expect.any(Number) } } as const
  await expect.soft(telemetry).toHaveReceived('ship_destroyed', wanted, brief)
  await expect.soft(telemetry).toHaveReceivedTimes('ship_destroyed', 1, { at: { x: expect.any(Number) } }, brief)
  await page.evaluate(() => setTimeout(() => send(['round_ended', { winner: 'blue' }]), 200))
  await expect.soft(telemetry).not.toHaveReceived('round_ended', { winner: 'blue' })
})

test('waits where nothing comes', async ({ telemetry }) => {
  await expect.soft(telemetry).toHaveReceived('round_ended', {}, brief)
  await expect.soft(telemetry).toBeBalanced(brief)
})

test('has no game to capture', async ({ page, telemetry }, testInfo) => {
  expect(telemetry.accepted()).toEqual([])
  expect(await captureInspectorTelemetry(page, testInfo)).toMatchObject({ ok: false, code: 'no_inspector' })
  await page.close()
  expect(await captureInspectorTelemetry(page, testInfo)).toMatchObject({ ok: false, code: 'page_closed' })
})

test('ends by itself where its pages hang', async ({ page, context, telemetry }) => {
  test.setTimeout(9000)
  await page.goto(`${telemetry.url}/game/`)
  await page.evaluate(() => send(['round_ended', { winner: 'red' }]))
  await expect(telemetry).toHaveReceived('round_ended')
  // One after the other they would take longer than Playwright leaves to the end of a test.
  for (const each of [page, await context.newPage(), await context.newPage()]) {
    await each.evaluate(() => {
      setTimeout(() => {
        for (;;);
      })
    })
  }
  expect('pages that hang').toBe('a test that fails')
})

test('captures a game in a frame, and keeps what is whole of its export', async ({ page, telemetry }, testInfo) => {
  await page.route('http://portal.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<iframe src="http://game.test/"></iframe>' }),
  )
  await page.route('http://game.test/', (route) =>
    route.fulfill({ path: join(import.meta.dirname, 'page/index.html') }),
  )
  await page.goto('http://portal.test/')
  await expect(page.frameLocator('iframe').locator('body')).toBeAttached()
  expect(await captureInspectorTelemetry(page, testInfo, { formats: ['json'] })).toMatchObject({ ok: true })
  await page.goto(`${telemetry.url}/game/`)
  await page.evaluate(() => {
    const artifact = { filename: 'whole.txt', mimeType: 'text/plain', content: 'whole' }
    const artifacts = [{ ...artifact, section: 'whole' }, artifact, { ...artifact, content: undefined }]
    Reflect.set(globalThis, 'downlink', { exportInspectorSummary: () => ({ summary: {}, artifacts }) })
  })
  const captured = await captureInspectorTelemetry(page, testInfo)
  expect(captured).toMatchObject({ ok: false, code: 'bad_export', artifacts: [{}, {}] })
})

test.describe('never', () => {
  test.use({ telemetryCapture: 'never', telemetryConfig: { enabled: false } })

  test('captures nothing when it fails', async ({ page, telemetry }) => {
    await page.goto(`${telemetry.url}/game/`)
    expect(await page.evaluate('downlinkConfig.enabled')).toBe(true)
  })
})

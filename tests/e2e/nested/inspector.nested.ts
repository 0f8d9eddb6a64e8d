/** What a user's tests do with the package; some of them fail, on purpose. */
import { join } from 'node:path'
import { captureInspectorTelemetry, createTest } from '@downlink/playwright'
import { defineEvents } from '@downlink/protocol'
import { z } from 'zod'

const team = z.enum(['red', 'blue'])
const { test, expect } = createTest({
  events: defineEvents({
    ship_destroyed: z.object({ team, killerId: z.string(), at: z.object({ x: z.number() }) }),
    round_ended: z.object({ winner: team }),
  }),
})

test.use({ telemetryPages: { '/game': { folder: join(import.meta.dirname, 'page') } } })

declare const send: (...events: readonly (readonly [string, unknown])[]) => void

test('captures on demand, twice @both', async ({ page, telemetry }, testInfo) => {
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

  test('captures when it fails, and passes the second time @both', async ({ page, telemetry }, testInfo) => {
    await page.goto(`${telemetry.url}/game/`)
    await page.evaluate(() => send(['round_ended', { winner: 'red' }], ['round_ended', { winner: 'green' }]))
    await expect(telemetry).toHaveReceived('round_ended', { winner: 'red' })
    expect(testInfo.retry).toBe(1)
  })
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
  await expect.soft(telemetry).toHaveReceived('ship_destroyed', wanted)
  await expect.soft(telemetry).toHaveReceivedTimes('ship_destroyed', 1, { at: { x: expect.any(Number) } })
  await page.evaluate(() => setTimeout(() => send(['round_ended', { winner: 'blue' }]), 200))
  await expect.soft(telemetry).not.toHaveReceived('round_ended', { winner: 'blue' })
})

test('waits where nothing comes', async ({ telemetry }) => {
  await expect.soft(telemetry).toHaveReceived('round_ended')
  await expect.soft(telemetry).toBeBalanced()
})

test('has no game to capture', async ({ page, telemetry }, testInfo) => {
  expect(telemetry.good()).toEqual([])
  expect(await captureInspectorTelemetry(page, testInfo)).toMatchObject({ ok: false, code: 'no_inspector' })
  await page.close()
  expect(await captureInspectorTelemetry(page, testInfo)).toMatchObject({ ok: false, code: 'page_closed' })
})

test.describe('never', () => {
  test.use({ telemetryCapture: 'never', telemetryConfig: { enabled: false } })

  test('captures nothing when it fails', async ({ page, telemetry }) => {
    await page.goto(`${telemetry.url}/game/`)
    expect(await page.evaluate('downlinkConfig.enabled')).toBe(true)
  })
})

import { beforeEach, expect, it } from 'vitest'
import { endSession } from './end-session.ts'
import { createFakeBrowser, createFakeCollector, openFakePage, stubKeyRanges } from './spool/test-doubles.ts'
import { createOpenTelemetry, pushMany } from './test-doubles.ts'

beforeEach(stubKeyRanges)

it('ends nothing before all is acknowledged', async () => {
  const { world, telemetry } = await createOpenTelemetry()
  const { sessionId } = telemetry
  pushMany(telemetry, 3)
  endSession(telemetry)
  expect([telemetry.sessionId, telemetry.status().status]).toEqual([sessionId, 'open'])
  await world.advance(1000)
  world.socket.ack(3)
  endSession(telemetry)
  expect([telemetry.sessionId === sessionId, telemetry.status().status]).toEqual([false, 'idle'])
  expect(telemetry.stats()).toMatchObject({ pushed: 0, acked: 0, dropped: {} })
})

it('has the spool keep the session that follows, and let go of the one before', async () => {
  const browser = createFakeBrowser()
  const collector = createFakeCollector()
  const page = await openFakePage(browser)
  pushMany(page.telemetry, 10)
  await collector.serve(page, 5000)
  const first = page.telemetry.sessionId
  endSession(page.telemetry)
  collector.answer(page)
  const second = page.telemetry.sessionId
  page.telemetry.start()
  pushMany(page.telemetry, 3, 11)
  await page.advance(2000)
  expect([...browser.locks]).toEqual([`downlink ${second}`])
  page.crash()

  const next = await openFakePage(browser)
  await collector.serve(next, 5000)
  expect(collector.sessions.get(first)).toMatchObject({ committed: 10, pushed: 10, ended: true })
  expect([...(collector.sessions.get(second)?.events.values() ?? [])]).toEqual([{ n: 11 }, { n: 12 }, { n: 13 }])
  expect(next.telemetry.stats().spool?.earlier).toMatchObject({ delivered: 3 })
})

import { expect, it } from 'vitest'
import { createOpenTelemetry } from '../test-doubles.ts'
import { idle } from './idle.ts'
import { instrument } from './instrument.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'

const minuteMs = 60_000

function playedPage(replaced = {}) {
  const page = createFakePage(replaced)
  return { page, ...instrumentPage(page, [idle()]) }
}

it('ends a session that nobody plays, and goes on with it at the first input', () => {
  const { page, telemetry, pushed } = playedPage()
  page.advance(29 * minuteMs)
  expect(telemetry.status().status).toBe('waiting')
  page.advance(3 * minuteMs)
  expect(telemetry.status().status).toBe('idle')
  page.advance(60 * minuteMs)
  page.fire('pointermove')
  page.fire('pointermove')
  expect([telemetry.status().status, pushed('session_resumed')]).toEqual(['waiting', [{ idleMs: 92 * minuteMs }]])
})

it('says to the collector that the session has ended', async () => {
  const page = createFakePage()
  const { world, telemetry } = await createOpenTelemetry()
  instrument(telemetry, [idle()], page.scope)
  page.advance(40 * minuteMs)
  expect(world.socket.frames().at(-1)).toMatchObject({ t: 'batch', end: true })
  expect(world.socket.closedWith).toBe(1000)
})

it.each(['pointerdown', 'keydown', 'wheel', 'visibilitychange'])('takes %s for play', (type) => {
  const { page, telemetry } = playedPage()
  for (let n = 0; n < 10; n++) {
    page.advance(20 * minuteMs)
    page.fire(type)
  }
  expect(telemetry.status().status).toBe('waiting')
})

it('takes what the game records for play: one that plays by itself is not ended', () => {
  const { page, telemetry, pushed } = playedPage()
  for (let n = 0; n < 10; n++) {
    page.advance(20 * minuteMs)
    telemetry.push('cookie_baked')
  }
  expect(telemetry.status().status).toBe('waiting')
  page.advance(60 * minuteMs)
  expect(telemetry.status().status).toBe('idle')
  telemetry.push('cookie_baked')
  expect([telemetry.status().status, pushed('session_resumed')]).toEqual(['waiting', [{ idleMs: expect.any(Number) }]])
})

it('takes no measurement for play, whoever makes it', () => {
  const { page, telemetry } = playedPage()
  for (let second = 0; second < 40 * 60; second++) {
    page.advance(1000)
    telemetry.push('step_times')
    telemetry.push('frame_times')
  }
  expect(telemetry.status().status).toBe('idle')
})

it('takes a gamepad for play, where the page may ask for it', () => {
  const pad = { timestamp: 1 }
  const { page, telemetry } = playedPage({ navigator: { getGamepads: () => [null, pad] } })
  for (let n = 0; n < 10; n++) {
    page.advance(20 * minuteMs)
    pad.timestamp++
  }
  expect(telemetry.status().status).toBe('waiting')
  const forbidden = () => {
    throw new DOMException('Forbidden', 'SecurityError')
  }
  const other = playedPage({ navigator: { getGamepads: forbidden } })
  other.page.advance(40 * minuteMs)
  expect(other.telemetry.status().status).toBe('idle')
})

it('starts nothing that its owner has stopped', () => {
  const { page, telemetry } = playedPage()
  telemetry.stop()
  page.advance(60 * minuteMs)
  page.fire('keydown')
  expect(telemetry.status().status).toBe('idle')
})

it('leaves a telemetry to its owner’s switch as it found it', () => {
  const { page, telemetry } = playedPage()
  page.advance(60 * minuteMs)
  telemetry.setEnabled(false)
  expect(telemetry.status().status).toBe('disabled')
  telemetry.setEnabled(true)
  expect(telemetry.status().status).toBe('waiting')
})

it('ends no session of a worker, which hears no input', () => {
  const { page, telemetry } = playedPage({ document: undefined })
  page.advance(60 * minuteMs)
  expect(telemetry.status().status).toBe('waiting')
})

import { expect, it } from 'vitest'
import type { Telemetry } from '../create-telemetry.ts'
import { createOpenTelemetry, type FakeWorld } from '../test-doubles.ts'
import type { AutoEvents } from './events.ts'
import { frames } from './frames.ts'
import { idle } from './idle.ts'
import { instrument, type Part } from './instrument.ts'
import { createFakePage, type FakePage } from './test-doubles.ts'
import { errors } from './uncaught-errors.ts'
import { visibility } from './visibility.ts'

const minuteMs = 60_000

/** A page with a collector that has acknowledged all. */
async function playedPage(replaced: object = {}, parts: readonly Part<keyof AutoEvents>[] = [idle()]) {
  const page = createFakePage(replaced)
  const { world, telemetry } = await createOpenTelemetry()
  instrument(telemetry, parts, page.scope)
  telemetry.push('level_started')
  await acknowledge(world, telemetry)
  return { page, world, telemetry, first: telemetry.sessionId }
}

/** The collector takes all that was pushed, on the connection that there is, or on the one that is being made. */
async function acknowledge(world: FakeWorld, telemetry: Telemetry): Promise<void> {
  await world.advance(1000)
  if (world.socket.readyState === 0) world.socket.welcome()
  await world.advance(1000)
  if (world.socket.readyState === 1) world.socket.ack(telemetry.stats().pushed)
  await world.advance(0)
}

async function pass(page: FakePage, world: FakeWorld, minutes: number): Promise<void> {
  page.advance(minutes * minuteMs)
  await world.advance(0)
}

it('ends a session that nobody plays, and begins another at the first input', async () => {
  const { page, world, telemetry, first } = await playedPage()
  await pass(page, world, 29)
  expect([telemetry.status().status, telemetry.sessionId]).toEqual(['open', first])
  await pass(page, world, 2)
  expect(telemetry.status().status).toBe('idle')
  expect(world.socket.frames().at(-1)).toMatchObject({ t: 'batch', seq: 2, end: true })
  expect(world.socket.closedWith).toBe(1000)

  await pass(page, world, 60)
  page.fire('pointermove')
  page.fire('pointermove')
  telemetry.push('level_started')
  await acknowledge(world, telemetry)
  const [hello, batch] = world.socket.frames()
  expect(hello).toMatchObject({ t: 'hello', next: 1, session: telemetry.sessionId })
  expect(batch).toMatchObject({ t: 'batch', seq: 1, events: [{ type: 'level_started' }] })
  expect([telemetry.sessionId === first, world.sockets.length]).toEqual([false, 2])
})

it('keeps player, labels and context for the session that comes', async () => {
  const { page, world, telemetry } = await playedPage()
  telemetry.identify('ann')
  telemetry.setContext({ level: 3 })
  await pass(page, world, 31)
  telemetry.push('level_started')
  await acknowledge(world, telemetry)
  expect(world.socket.frames()[1]).toMatchObject({
    seq: 1,
    events: [{ type: 'level_started', context: { level: 3 }, labels: { player: 'ann' } }],
  })
})

it('begins another session with the event of the game that wakes it, and remembers none of the one before', async () => {
  const { page, world, telemetry, first } = await playedPage()
  await pass(page, world, 31)
  telemetry.push('cookie_baked')
  expect(telemetry.status().status).toBe('waiting')
  expect(telemetry.recent(9)).toMatchObject([{ type: 'cookie_baked', seq: 1, sessionId: telemetry.sessionId }])
  expect(telemetry.sessionId).not.toBe(first)
})

it('goes on with a session that is not acknowledged: its events may be stored already', async () => {
  const { page, world, telemetry, first } = await playedPage()
  telemetry.push('level_ended')
  world.socket.drop()
  await pass(page, world, 31)
  await world.advance(10_000)
  expect([telemetry.sessionId, telemetry.status().status]).toEqual([first, 'connecting'])
  page.fire('keydown')
  telemetry.push('level_started')
  await acknowledge(world, telemetry)
  expect(telemetry.sessionId).toBe(first)
  expect(telemetry.stats()).toMatchObject({ pushed: 3, acked: 3 })
})

it('ends a session as soon as its last events are acknowledged', async () => {
  const { page, world, telemetry, first } = await playedPage()
  telemetry.push('level_ended')
  world.socket.drop()
  await pass(page, world, 31)
  await acknowledge(world, telemetry)
  await pass(page, world, 1)
  expect(telemetry.status().status).toBe('idle')
  expect(telemetry.sessionId).not.toBe(first)
})

it.each(['pointerdown', 'pointermove', 'keydown', 'wheel'])('takes %s for play', async (type) => {
  const { page, world, telemetry } = await playedPage()
  for (let n = 0; n < 10; n++) {
    await pass(page, world, 20)
    page.fire(type)
  }
  expect(telemetry.status().status).toBe('open')
})

it('takes what the game records for play, also between measurements: one that plays by itself is not ended', async () => {
  const { page, world, telemetry, first } = await playedPage()
  for (let n = 0; n < 10; n++) {
    await pass(page, world, 20)
    telemetry.push('cookie_baked')
    for (let second = 0; second < 200; second++) telemetry.push('frame_times')
    await acknowledge(world, telemetry)
  }
  expect([telemetry.status().status, telemetry.sessionId]).toEqual(['open', first])
})

it('takes no measurement for play, whoever makes it, nor what a page does that is only seen or hidden', async () => {
  const { page, world, telemetry, first } = await playedPage({}, [visibility(), idle()])
  for (let second = 0; second < 31 * 60; second++) {
    page.advance(1000)
    telemetry.push('step_times')
    telemetry.push('frame_times')
    if (second % 300 === 0) {
      page.hide()
      telemetry.push('game_paused')
      page.show()
      telemetry.push('game_resumed')
    }
  }
  await acknowledge(world, telemetry)
  await pass(page, world, 1)
  expect([telemetry.status().status, telemetry.sessionId === first]).toEqual(['idle', false])
})

it('takes no error for play: one that repeats keeps no session awake, and each is counted all the same', async () => {
  const { page, world, telemetry } = await playedPage({}, [errors(), frames(), idle()])
  const counts = new Map<string, number>()
  telemetry.buffer.subscribe(() => {
    for (const { id, type, data } of telemetry.recent(1)) if (type === 'error') counts.set(id, Object(data).count)
  })
  const failForSeconds = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      page.advance(1000)
      page.fire('error', { message: 'No hull', filename: '', error: new Error('No hull') })
    }
  }
  failForSeconds(31 * 60)
  await acknowledge(world, telemetry)
  await pass(page, world, 1)
  expect(telemetry.status().status).toBe('idle')

  const { sessionId } = telemetry
  failForSeconds(600)
  expect([telemetry.status().status, telemetry.sessionId, telemetry.stats().pushed]).toEqual(['idle', sessionId, 0])
  page.fire('keydown')
  page.advance(10_000)
  expect(telemetry.recent(1)).toMatchObject([{ type: 'error', seq: 1, data: { message: 'No hull' } }])
  expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(31 * 60 + 600)
})

it('sends what fails while nobody plays, as a session of its own that ends again', async () => {
  const { page, world, telemetry } = await playedPage({}, [errors(), visibility(), idle()])
  await pass(page, world, 31)
  page.hide()
  page.show()
  expect([telemetry.status().status, telemetry.stats().pushed]).toEqual(['idle', 0])

  page.fire('unhandledrejection', { reason: new Error('No network') })
  const { sessionId } = telemetry
  await acknowledge(world, telemetry)
  expect(world.socket.frames()).toMatchObject([
    { session: sessionId },
    { seq: 1, events: [{ type: 'error', data: { message: 'No network' } }] },
  ])
  await pass(page, world, 1)
  expect(telemetry.status().status).toBe('idle')
  page.fire('keydown')
  expect([telemetry.status().status, telemetry.sessionId === sessionId]).toEqual(['waiting', false])
})

it('records no measurement of a page that nobody plays, whose next session begins when somebody does', async () => {
  const { page, world, telemetry } = await playedPage({}, [visibility(), idle()])
  await pass(page, world, 31)
  for (let second = 0; second < 60; second++) telemetry.push('step_times')
  page.hide()
  page.show()
  expect([telemetry.status().status, telemetry.stats()]).toMatchObject(['idle', { pushed: 0, dropped: {} }])
  telemetry.push('level_started')
  await acknowledge(world, telemetry)
  expect(world.socket.frames()).toMatchObject([
    { next: 1, pushed: 1 },
    { seq: 1, events: [{ type: 'level_started' }] },
  ])
})

it('takes a gamepad for play, where the page may ask for it', async () => {
  const pad = { timestamp: 1 }
  const { page, world, telemetry } = await playedPage({ navigator: { getGamepads: () => [null, pad] } })
  for (let n = 0; n < 10; n++) {
    await pass(page, world, 20)
    pad.timestamp++
  }
  expect(telemetry.status().status).toBe('open')
  const forbidden = () => {
    throw new DOMException('Forbidden', 'SecurityError')
  }
  const other = await playedPage({ navigator: { getGamepads: forbidden } })
  await pass(other.page, other.world, 40)
  expect(other.telemetry.status().status).toBe('idle')
})

it('starts nothing that its owner has stopped', async () => {
  const { page, world, telemetry } = await playedPage()
  telemetry.stop()
  await pass(page, world, 60)
  page.fire('keydown')
  telemetry.push('level_started')
  expect(telemetry.status().status).toBe('idle')
})

/** Whatever would wake an idle session. */
async function wake(page: FakePage, world: FakeWorld, telemetry: Telemetry): Promise<void> {
  page.fire('keydown')
  telemetry.push('level_started')
  page.fire('error', { message: 'No hull', filename: '', error: new Error('No hull') })
  await pass(page, world, 60)
  page.fire('pointermove')
  await world.advance(1000)
}

it('starts nothing that its owner stops while nobody plays, until the owner does', async () => {
  const { page, world, telemetry } = await playedPage({}, [errors(), idle()])
  await pass(page, world, 31)
  telemetry.stop()
  await wake(page, world, telemetry)
  telemetry.setEnabled(false)
  telemetry.setEnabled(true)
  await wake(page, world, telemetry)
  expect([telemetry.status().status, world.sockets.length]).toEqual(['idle', 1])

  telemetry.start()
  telemetry.push('level_started')
  await acknowledge(world, telemetry)
  await pass(page, world, 31)
  expect([telemetry.status().status, world.sockets.length]).toEqual(['idle', 2])
  page.fire('keydown')
  expect(telemetry.status().status).toBe('waiting')
})

it('starts nothing that its owner stops while the last acknowledgement is waited for, nor while an error is sent', async () => {
  const waiting = await playedPage({}, [errors(), idle()])
  waiting.telemetry.push('level_ended')
  waiting.page.advance(31 * minuteMs)
  waiting.telemetry.stop()
  await waiting.world.advance(10_000)
  await wake(waiting.page, waiting.world, waiting.telemetry)
  expect([waiting.telemetry.status().status, waiting.telemetry.sessionId]).toEqual(['idle', waiting.first])

  const { page, world, telemetry } = await playedPage({}, [errors(), idle()])
  await pass(page, world, 31)
  page.fire('unhandledrejection', { reason: new Error('No network') })
  expect(telemetry.status().status).toBe('waiting')
  telemetry.stop()
  await wake(page, world, telemetry)
  expect([telemetry.status().status, world.sockets.length]).toEqual(['idle', 1])
})

it('leaves a telemetry to its owner’s switch as it found it', async () => {
  const { page, world, telemetry } = await playedPage()
  await pass(page, world, 60)
  telemetry.setEnabled(false)
  expect(telemetry.status().status).toBe('disabled')
  telemetry.setEnabled(true)
  expect(telemetry.status().status).toBe('waiting')
})

it('ends nothing that is switched off and on while it waits for the last acknowledgement', async () => {
  const { page, world, telemetry } = await playedPage()
  telemetry.push('level_ended')
  page.advance(31 * minuteMs)
  telemetry.setEnabled(false)
  telemetry.setEnabled(true)
  await world.advance(10_000)
  expect(telemetry.status().status).not.toBe('idle')
})

it('ends no session of a worker, which hears no input', async () => {
  const { page, world, telemetry } = await playedPage({ document: undefined })
  await pass(page, world, 60)
  expect(telemetry.status().status).toBe('open')
})

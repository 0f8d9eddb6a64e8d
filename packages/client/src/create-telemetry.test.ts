import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import {
  createFakeWorld,
  createOpenTelemetry,
  createTestTelemetry,
  pushMany,
  type TestOptions,
} from './test-doubles.ts'

describe('the feature flag', () => {
  it('is off unless told: nothing is recorded', () => {
    const { world, telemetry } = createTestTelemetry({ enabled: undefined as unknown as boolean })
    telemetry.start()
    pushMany(telemetry, 3)
    expect([telemetry.enabled, telemetry.stats().pushed, telemetry.status().status]).toEqual([false, 0, 'disabled'])
    expect(world.warnings).toEqual([])
  })

  it('hints once, in development, where nobody decided', () => {
    const hints = (enabled: boolean | undefined): number => {
      const { world, telemetry } = createTestTelemetry({
        enabled: enabled as boolean,
        isDevelopment: true,
      })
      telemetry.start()
      telemetry.start()
      return world.warnings.length
    }
    expect([undefined, false, true].map(hints)).toEqual([1, 0, 0])
  })

  it('is overridden by downlinkConfig, as are url and key', async () => {
    const { world, telemetry } = createTestTelemetry({
      enabled: false,
      url: '/built-in',
      key: 'built-in',
      environment: { readConfig: () => ({ enabled: true, url: 'wss://staging.example/t', key: 'staging' }) },
    })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.url).toBe('wss://staging.example/t')
    expect(world.socket.frames()[0]).toMatchObject({ key: 'staging' })
  })
})

describe('consent', () => {
  it('is a choice under the flag: what is recorded is flag and choice', () => {
    for (const flag of [true, false]) {
      for (const consent of [true, false, undefined]) {
        const { telemetry } = createTestTelemetry({ enabled: flag, ...(consent !== undefined && { consent }) })
        pushMany(telemetry, 1)
        expect([telemetry.enabled, telemetry.stats().pushed]).toEqual(
          flag && consent !== false ? [true, 1] : [false, 0],
        )
        telemetry.setEnabled(true)
        pushMany(telemetry, 1)
        expect(telemetry.enabled).toBe(flag)
        telemetry.setEnabled(false)
        expect(telemetry.enabled).toBe(false)
      }
    }
  })

  it.each<[string, TestOptions]>([
    ['an option', { enabled: false }],
    ['the page', { environment: { readConfig: () => ({ enabled: false }) } }],
    ['nobody, so by default', { enabled: undefined as unknown as boolean }],
  ])('moves nothing where the flag is off by %s, and a developer is told so once', async (_, options) => {
    const { world, telemetry } = createTestTelemetry({ ...options, isDevelopment: true })
    telemetry.start()
    for (let time = 0; time < 3; time++) {
      telemetry.setEnabled(true)
      pushMany(telemetry, 60)
      await world.advance(60_000)
      telemetry.setEnabled(false)
    }
    world.leave()
    expect([world.sockets, world.posts, telemetry.stats().pushed]).toEqual([[], [], 0])
    expect(world.warnings).toEqual([expect.stringContaining('`enabled`')])
  })

  it.each([
    ['the option', { consent: false }, false],
    ['setEnabled before start', {}, true],
  ])('that is not given yet, by %s, records nothing until it is', async (_, options, isWithdrawn) => {
    const { world, telemetry } = createTestTelemetry(options)
    if (isWithdrawn) telemetry.setEnabled(false)
    pushMany(telemetry, 60)
    telemetry.start()
    pushMany(telemetry, 60)
    await world.advance(60_000)
    world.leave()
    world.comeBack()
    expect([telemetry.status().status, telemetry.stats().pushed, world.sockets, world.posts]).toEqual([
      'disabled',
      0,
      [],
      [],
    ])
    telemetry.setEnabled(true)
    pushMany(telemetry, 1)
    await world.advance(0)
    world.socket.welcome()
    expect(world.socket.frames()).toMatchObject([{ t: 'hello', pushed: 1 }, { seq: 1 }])
    expect(world.warnings).toEqual([])
  })
})

describe('consent that is no plain yes', () => {
  const answers = [null, 'false', 'true', 'denied', 0, 1, {}] as unknown as boolean[]

  it.each(answers)('is none: %j as the option, or told to setEnabled', (answer) => {
    const asked = createTestTelemetry({ consent: answer }).telemetry
    const told = createTestTelemetry().telemetry
    told.setEnabled(answer)
    for (const telemetry of [asked, told]) {
      pushMany(telemetry, 1)
      expect([telemetry.enabled, telemetry.stats().pushed, telemetry.recent(1)]).toEqual([false, 0, []])
    }
  })

  it('keeps events out of the buffer, too, which would send them once it is given', () => {
    const { telemetry } = createTestTelemetry({ consent: false })
    telemetry.buffer.push('tick')
    telemetry.setEnabled(true)
    expect([telemetry.stats().pushed, telemetry.recent(1)]).toEqual([0, []])
    telemetry.buffer.push('tick')
    expect(telemetry.stats().pushed).toBe(1)
  })
})

describe('making one', () => {
  it('asks for neither time nor chance: some platforms have neither while a module loads', () => {
    const refuse = (): never => {
      throw new Error('Disallowed operation called within global scope')
    }
    const world = createFakeWorld()
    const names = [
      'wallMs',
      'monotonicMs',
      'random',
      'randomBytes',
      'setTimer',
      'createSocket',
      'onSignal',
      'isOnline',
      'post',
    ]
    const environment = { ...world.environment, ...Object.fromEntries(names.map((name) => [name, refuse])) }
    expect(() => createTelemetry({ enabled: true, environment })).not.toThrow()
  })
})

describe('stats', () => {
  it('add up at every moment', async () => {
    const { world, telemetry } = await createOpenTelemetry({ capacity: 60, windowEvents: 20 })
    const check = (): void => {
      const { pushed, acked, queued, inFlight, dropped } = telemetry.stats()
      const total = Object.values(dropped).reduce((sum, count) => sum + count, acked + queued + inFlight)
      expect(total).toBe(pushed)
    }
    telemetry.buffer.subscribe(check)
    for (let round = 0; round < 8; round++) {
      pushMany(telemetry, 30)
      await world.advance(500)
      if (round % 3 === 1) world.socket.ack(telemetry.stats().acked + 5)
      if (round === 4) world.socket.drop()
      if (round === 6) telemetry.buffer.clear()
    }
    expect(telemetry.stats().pushed).toBe(240)
  })
})

describe('subscribe', () => {
  it('tells of changes at most ten times a second', async () => {
    const { world, telemetry } = createTestTelemetry()
    let told = 0
    telemetry.subscribe(() => told++)
    pushMany(telemetry, 100)
    expect(told).toBe(0)
    await world.advance(100)
    expect(told).toBe(1)
    for (let ms = 0; ms < 1000; ms += 10) {
      pushMany(telemetry, 1)
      await world.advance(10)
    }
    expect(told).toBeLessThanOrEqual(11)
    expect(world.timers.length).toBeLessThanOrEqual(1)
  })

  it('tells of the link', async () => {
    const { world, telemetry } = createTestTelemetry()
    const seen: string[] = []
    telemetry.subscribe(() => seen.push(telemetry.status().status))
    telemetry.start()
    await world.advance(200)
    world.socket.welcome()
    await world.advance(200)
    telemetry.setEnabled(false)
    await world.advance(200)
    telemetry.setEnabled(true)
    telemetry.stop()
    await world.advance(200)
    expect(seen).toEqual(['connecting', 'open', 'disabled', 'idle'])
  })

  it('tells no more once unsubscribed, and leaves no timer', async () => {
    const { world, telemetry } = createTestTelemetry()
    let told = 0
    const unsubscribe = telemetry.subscribe(() => told++)
    pushMany(telemetry, 1)
    unsubscribe()
    expect(world.timers).toEqual([])
    await world.advance(1000)
    expect(told).toBe(0)
  })
})

describe('flush', () => {
  it('resolves when all is acked', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 60)
    const flushed = telemetry.flush()
    expect(world.socket.frames()).toHaveLength(3)
    world.socket.ack(50)
    pushMany(telemetry, 5)
    world.socket.ack(60)
    expect(await flushed).toEqual({ acked: 60, remaining: 0 })
    world.socket.ack(60)
    expect(world.timers).toHaveLength(1)
  })

  it('says what remains when the time is over', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 60)
    const flushed = telemetry.flush({ timeoutMs: 300 })
    world.socket.ack(50)
    await world.advance(300)
    expect(await flushed).toEqual({ acked: 50, remaining: 10 })
  })

  it('waits through a lost link', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    const flushed = telemetry.flush()
    world.socket.drop()
    await world.advance(1000)
    world.socket.welcome(3)
    expect(await flushed).toEqual({ acked: 3, remaining: 0 })
  })

  it('resolves at once where nothing can be sent: never started, stopped, switched off, refused', async () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 3)
    expect(await telemetry.flush()).toEqual({ acked: 0, remaining: 3 })
    const open = await createOpenTelemetry()
    pushMany(open.telemetry, 2)
    const flushed = open.telemetry.flush()
    open.world.socket.drop(4403)
    expect(await flushed).toEqual({ acked: 0, remaining: 2 })
  })

  it('resolves at once where there is nothing to send', async () => {
    const { world, telemetry } = createTestTelemetry()
    expect(await telemetry.flush()).toEqual({ acked: 0, remaining: 0 })
    expect(world.timers).toEqual([])
  })

  it('resolves when it is stopped or switched off meanwhile', async () => {
    const { telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 2)
    const first = telemetry.flush()
    telemetry.stop()
    expect(await first).toEqual({ acked: 0, remaining: 2 })
    telemetry.start()
    const second = telemetry.flush()
    telemetry.setEnabled(false)
    expect(await second).toMatchObject({ remaining: 2 })
  })
})

it('starts with the first event: what is pushed before start is sent after it', async () => {
  const { world, telemetry } = createTestTelemetry()
  telemetry.push('round_started', { round: 1 })
  telemetry.start()
  await world.advance(0)
  world.socket.welcome()
  expect(world.socket.frames()[1]).toMatchObject({ seq: 1, events: [{ type: 'round_started' }] })
})

it('may be named by a headless run', () => {
  const { telemetry } = createTestTelemetry({ sessionId: 'cascade-42' })
  pushMany(telemetry, 1)
  expect(telemetry.buffer.peek(1)).toMatchObject([{ id: 'cascade-42:1', sessionId: 'cascade-42' }])
})

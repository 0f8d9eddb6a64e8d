import { describe, expect, it, vi } from 'vitest'
import type { LinkState, TryingState } from './link-state.ts'
import { createOpenTelemetry, createTestTelemetry, noTotals, pushMany } from './test-doubles.ts'

const retryInMs = (status: LinkState, nowMs: number): number =>
  'retryAtMs' in status ? status.retryAtMs - nowMs : Number.NaN

describe('connecting', () => {
  it('does nothing before start', async () => {
    const { world, telemetry } = createTestTelemetry()
    pushMany(telemetry, 60)
    await world.advance(60_000)
    expect([world.sockets, world.timers, world.listeners]).toEqual([[], [], 0])
    expect(telemetry.status()).toEqual({ status: 'idle' })
  })

  it('speaks downlink.v1 to the page’s own origin unless told', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    await world.advance(0)
    expect(world.socket).toMatchObject({ url: 'wss://game.example/telemetry', protocols: ['downlink.v1'] })
    expect(telemetry.status().status).toBe('connecting')
  })

  it.each([
    ['ws://127.0.0.1:4180/telemetry', 'ws://127.0.0.1:4180/telemetry'],
    ['http://127.0.0.1:4180/telemetry', 'ws://127.0.0.1:4180/telemetry'],
    ['https://collector.example/t', 'wss://collector.example/t'],
    ['/elsewhere', 'wss://game.example/elsewhere'],
    ['http://127.0.0.1:4180', 'ws://127.0.0.1:4180/telemetry'],
    ['ws://127.0.0.1:4180/', 'ws://127.0.0.1:4180/telemetry'],
    ['https://collector.example?key=k', 'wss://collector.example/telemetry?key=k'],
    ['WSS://Collector.Example/t', 'wss://collector.example/t'],
    ['HTTP://127.0.0.1:4180', 'ws://127.0.0.1:4180/telemetry'],
    ['  wss://collector.example/t\n', 'wss://collector.example/t'],
    ['telemetry', 'wss://game.example/play/telemetry'],
    ['../t', 'wss://game.example/t'],
    ['//collector.example', 'wss://collector.example/telemetry'],
    ['', 'wss://game.example/telemetry'],
    ['  ', 'wss://game.example/telemetry'],
    ['http://[::1]:4180', 'ws://[::1]:4180/telemetry'],
    ['https://collector.example/t#game', 'wss://collector.example/t'],
    ['/#lobby', 'wss://game.example/telemetry'],
  ])('takes %j for %s, and posts to the same', async (url, socketUrl) => {
    const { world, telemetry } = createTestTelemetry({ url })
    telemetry.start()
    await world.advance(0)
    expect(world.socket.url).toBe(socketUrl)
    pushMany(telemetry, 1)
    world.leave()
    expect(world.posts[0]?.url).toBe(socketUrl.replace(/^ws/, 'http'))
  })

  it('says hello first, with all that the collector must know', async () => {
    const { world, telemetry } = createTestTelemetry({
      key: 'k',
      build: '1.2',
      labels: { level: 'moon' },
      schema: 'battle',
    })
    pushMany(telemetry, 3)
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.frames()).toEqual([
      {
        t: 'hello',
        session: telemetry.sessionId,
        proof: expect.stringMatching(/^[0-9a-f]{32}$/),
        conn: expect.any(Number),
        key: 'k',
        next: 1,
        pushed: 3,
        now: world.nowMs,
        schema: 'battle',
        meta: { build: '1.2', labels: { level: 'moon' } },
      },
    ])
  })

  it('sends nothing before the welcome', async () => {
    const { world, telemetry } = createTestTelemetry()
    pushMany(telemetry, 100)
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    await world.advance(2000)
    expect(world.socket.frames()).toHaveLength(1)
    world.socket.welcome()
    expect(world.socket.frames()).toHaveLength(3)
    expect(telemetry.status().status).toBe('open')
  })

  it('gives up a collector that says nothing', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    await world.advance(9999)
    expect(telemetry.status().status).toBe('connecting')
    await world.advance(1)
    expect(telemetry.status()).toMatchObject({ status: 'waiting', lastCode: 1006 })
    expect(world.socket.closedWith).toBe(1000)
  })

  it('starts only once', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    telemetry.start()
    await world.advance(0)
    telemetry.start()
    await world.advance(100)
    expect([world.sockets.length, world.listeners]).toEqual([1, 1])
  })

  it('is one socket through a strict-mode double mount', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    telemetry.stop()
    telemetry.start()
    await world.advance(100)
    expect(world.sockets).toHaveLength(1)
  })

  it.each([
    ['no page to resolve the default against', { pageUrl: undefined }, {}],
    ['a URL that is none', {}, { url: 'http://' }],
    [
      'no WebSocket',
      {
        createSocket: () => {
          throw new ReferenceError('WebSocket is not defined')
        },
      },
      {},
    ],
  ])('stops with a word about it where there is %s', async (_, environment, options) => {
    const { world, telemetry } = createTestTelemetry({ ...options, environment })
    telemetry.start()
    await world.advance(0)
    expect(telemetry.status()).toEqual({ status: 'stopped', reason: 'no-socket', message: world.warnings[0] })
    expect([world.warnings.length, world.timers, world.posts]).toEqual([1, [], []])
  })
})

describe('coming back', () => {
  it('retries with a growing delay, times a random number, up to the cap', async () => {
    const { world, telemetry } = createTestTelemetry({ backoffBaseMs: 500, backoffCapMs: 3000 })
    telemetry.start()
    const delays: number[] = []
    for (const random of [0.5, 0.5, 0.5, 0.5, 0, 1 - 2 ** -40]) {
      await world.advance(3000)
      world.random = random
      world.socket.drop()
      delays.push(retryInMs(telemetry.status(), world.environment.monotonicMs()))
    }
    expect(delays).toEqual([250, 500, 1000, 1500, 0, 3000])
    expect(telemetry.status()).toMatchObject({ status: 'waiting', attempt: 6, lastCode: 1006 })
  })

  it('says nothing of earlier failures once it is open', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    await world.advance(0)
    world.socket.drop(4429, 'too many')
    expect(telemetry.status()).toMatchObject({ status: 'waiting', attempt: 1, lastCode: 4429, message: 'too many' })
    await world.advance(1000)
    world.socket.welcome()
    const { attempt, lastCode, message } = telemetry.status() as TryingState
    expect({ attempt, lastCode, message }).toEqual({ attempt: 0, lastCode: undefined, message: undefined })
  })

  it('starts the backoff over only after five seconds up, with progress', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.random = 0
    const dropAfter = async (ms: number, acks: boolean): Promise<number> => {
      await world.advance(0)
      world.socket.welcome(telemetry.stats().acked)
      pushMany(telemetry, 1)
      await world.advance(ms)
      if (acks) world.socket.ack(telemetry.stats().pushed)
      world.socket.drop()
      const status = telemetry.status()
      return 'attempt' in status ? status.attempt : Number.NaN
    }
    world.socket.drop()
    expect(await dropAfter(6000, false)).toBe(2)
    expect(await dropAfter(4999, true)).toBe(3)
    expect(await dropAfter(5000, true)).toBe(0)
  })

  it('resumes at what is unacked, under a higher conn', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 100)
    await world.advance(0)
    world.socket.ack(50)
    world.socket.drop()
    expect(telemetry.stats()).toMatchObject({ acked: 50, queued: 50, inFlight: 0 })
    await world.advance(1000)
    world.socket.welcome(50)
    const [first, second] = world.sockets.map((socket) => socket.frames()[0])
    expect(second).toMatchObject({ t: 'hello', next: 51, pushed: 100 })
    expect(Number((second as { conn: number }).conn)).toBeGreaterThan((first as { conn: number }).conn)
    expect(world.socket.frames()[1]).toMatchObject({ t: 'batch', seq: 51, events: { length: 50 } })
  })

  it('takes a welcome past what it remembers sending: a beacon did it', async () => {
    const { world, telemetry } = createTestTelemetry()
    pushMany(telemetry, 10)
    telemetry.start()
    await world.advance(0)
    world.socket.welcome(7)
    expect(world.socket.frames()[1]).toMatchObject({ seq: 8, events: { length: 3 } })
    expect(telemetry.stats()).toMatchObject({ acked: 7, inFlight: 3 })
  })

  it('takes over what the collector has counted', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 10)
    await world.advance(1000)
    world.socket.ack(10, {
      totals: { dropped: { overflow: 2 }, rejected: { bad_event: 1 } },
    })
    expect(telemetry.stats()).toMatchObject({ acked: 8, dropped: { overflow: 2 }, rejected: 1 })
  })

  it('ignores an ack below what is acked', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 10)
    await world.advance(1000)
    world.socket.ack(10)
    world.socket.ack(4)
    expect(telemetry.stats()).toMatchObject({ acked: 10, inFlight: 0 })
  })

  it('opens a new session, loudly, where an ack is past all that was pushed', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 10)
    await world.advance(1000)
    world.socket.ack(4)
    const before = telemetry.sessionId
    world.socket.ack(11)
    expect(telemetry.sessionId).not.toBe(before)
    expect(world.warnings).toEqual(['session is not ours'])
    await world.advance(1000)
    world.socket.welcome(0)
    expect(world.socket.frames()).toMatchObject([
      { t: 'hello', session: telemetry.sessionId, next: 1, pushed: 6 },
      { t: 'batch', seq: 1, events: [{ data: { n: 5 } }, {}, {}, {}, {}, {}] },
    ])
    expect(telemetry.stats()).toMatchObject({ pushed: 6, acked: 0, inFlight: 6 })
  })

  it('passes over what it can’t read', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.message('nonsense')
    world.socket.message('{"t":"ack","seq":"x"}')
    expect(telemetry.status().status).toBe('open')
  })
})

describe('close codes', () => {
  it.each([
    [4403, 'forbidden'],
    [4409, 'replaced'],
    [4401, 'unauthorised'],
  ])('stops for good on %i', async (code, reason) => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop(code)
    expect(telemetry.status()).toEqual({ status: 'stopped', reason })
    expect(world.warnings).toEqual([`stopped: ${reason}`])
    await world.advance(600_000)
    expect([world.sockets.length, world.timers]).toEqual([1, []])
  })

  it.each([4400, 1007])('tries once more after %i, then stops', async (code) => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop(code)
    await world.advance(1000)
    world.socket.welcome()
    world.socket.drop(code)
    expect(telemetry.status()).toEqual({ status: 'stopped', reason: 'bad-frame' })
  })

  it('takes a second 4400 for a first one where something was acked in between', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop(4400)
    pushMany(telemetry, 1)
    await world.advance(1000)
    world.socket.welcome()
    world.socket.ack(1)
    world.socket.drop(4400)
    expect(telemetry.status().status).toBe('waiting')
  })

  it.each([1000, 1001, 1006, 1012, 1013, 4408, 4413, 4429])('comes back after %i', async (code) => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop(code)
    await world.advance(1000)
    expect(telemetry.status().status).toBe('connecting')
  })

  it('is started anew by its owner', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop(4403)
    telemetry.stop()
    telemetry.start()
    await world.advance(0)
    expect(world.sockets).toHaveLength(2)
  })

  it.each([true, false])('says why, once, in every build (development: %s)', async (isDevelopment) => {
    const { world, telemetry } = await createOpenTelemetry({ isDevelopment })
    const message = 'Expected an allowed origin, got https://game.example'
    world.socket.drop(4403, message)
    expect(telemetry.status()).toEqual({ status: 'stopped', reason: 'forbidden', message })
    expect(world.warnings).toEqual([message])
  })

  it('says once why it comes back, however often', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    const message = 'Expected at most 50 events a second'
    world.random = 0
    for (let time = 0; time < 3; time++) {
      world.socket.drop(4429, message)
      expect(telemetry.status()).toMatchObject({ status: 'waiting', lastCode: 4429, message })
      await world.advance(0)
      world.socket.welcome()
    }
    expect(world.warnings).toEqual([message])
  })

  it('tells what was rejected, and its type, in development', async () => {
    const { world, telemetry } = await createOpenTelemetry({ isDevelopment: true })
    telemetry.push('tick')
    telemetry.push('shot')
    await world.advance(1000)
    const rejected = [
      { seq: 2, code: 'invalid_payload', message: 'n: expected text' },
      { seq: 9, code: 'bad_event', message: 'unknown' },
    ]
    world.socket.ack(2, { rejected })
    expect(world.warnings).toEqual([
      'Event 2 "shot" was rejected as invalid_payload: n: expected text',
      'Event 9 was rejected as bad_event: unknown',
    ])
  })

  it('warns a developer once of what the collector left out of its introduction', async () => {
    const { world } = await createOpenTelemetry({ isDevelopment: true })
    const leftOut = ['Expected label "cores" to be text, got 8', 'Expected "schema" to be text']
    const welcome = { t: 'welcome', ack: 0, window: 1, maxBatchBytes: 1, beatMs: 1, now: 1, totals: noTotals } as const
    world.socket.drop()
    for (let time = 0; time < 2; time++) {
      await world.advance(30_000)
      world.socket.open()
      world.socket.message({ ...welcome, leftOut })
      world.socket.drop()
    }
    expect(world.warnings).toHaveLength(1)
    for (const sentence of leftOut) expect(world.warnings[0]).toContain(sentence)
  })

  it.each([4400, 4413, 1009])('introduces itself without a description after a refusal with %i', async (code) => {
    const { world, telemetry } = createTestTelemetry({ build: 'b', labels: { a: 'x' }, schema: 's', key: 'k' })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.frames()[0]).toMatchObject({ meta: { build: 'b' }, schema: 's' })
    world.socket.drop(code, 'Expected "meta" to be an object of at most 1024 bytes')
    await world.advance(1000)
    world.socket.welcome()
    expect(world.socket.frames()[0]).not.toHaveProperty('meta')
    expect(world.socket.frames()[0]).not.toHaveProperty('schema')
    expect(world.socket.frames()[0]).toMatchObject({ key: 'k' })
    expect(telemetry.status().status).toBe('open')
  })
})

it('goes on describing itself after a batch was refused: only a refused hello was too much', async () => {
  const { world } = await createOpenTelemetry({ build: 'b' })
  world.socket.drop(4413)
  await world.advance(1000)
  world.socket.open()
  expect(world.socket.frames()[0]).toMatchObject({ meta: { build: 'b' } })
})

describe('a key', () => {
  it('is sent as it is, up to 4,096 characters', async () => {
    const key = ` ${'k'.repeat(4095)}`
    const { world, telemetry } = createTestTelemetry({ key })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(JSON.parse(world.socket.sent[0] ?? '')).toMatchObject({ key })
  })

  it.each([
    ['too long', { key: 'k'.repeat(4097) }],
    ['a token that is none', { getToken: () => ({ token: 'k' }) as unknown as string }],
  ])("that is %s is the collector's to refuse, which is told once", async (_, options) => {
    const { world, telemetry } = createTestTelemetry(options)
    telemetry.start()
    for (let attempt = 0; attempt < 2; attempt++) {
      await world.advance(1000)
      world.socket.open()
      world.socket.drop(4401, 'Expected a key')
    }
    expect(telemetry.status()).toEqual({ status: 'stopped', reason: 'unauthorised', message: 'Expected a key' })
    expect(world.warnings).toEqual(['Expected a key'])
    pushMany(telemetry, 1)
    expect(telemetry.stats()).toMatchObject({ queued: 1 })
  })

  it('that is a number is none, and is told once', async () => {
    const { world, telemetry } = createTestTelemetry({ key: 600 as unknown as string })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(JSON.parse(world.socket.sent[0] ?? '').key).toBeUndefined()
    expect(world.warnings).toEqual([expect.stringContaining('key')])
  })
})

describe('getToken', () => {
  it('gives the key, and a fresh one once after a refusal', async () => {
    const getToken = vi.fn(() => `token-${getToken.mock.calls.length}`)
    const { world, telemetry } = createTestTelemetry({ getToken })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.frames()).toMatchObject([{ key: 'token-1' }])
    world.socket.drop(4401)
    await world.advance(1000)
    world.socket.open()
    expect(world.socket.frames()).toMatchObject([{ key: 'token-2' }])
    world.socket.drop(4401)
    expect(telemetry.status()).toEqual({ status: 'stopped', reason: 'unauthorised' })
    await world.advance(600_000)
    expect([world.sockets.length, getToken.mock.calls.length]).toEqual([2, 2])
  })

  it('may be refused again later, where the link worked in between', async () => {
    const { world, telemetry } = createTestTelemetry({ getToken: async () => 'token' })
    telemetry.start()
    for (let time = 1; time <= 3; time++) {
      await world.advance(1000)
      world.socket.welcome(time - 1)
      pushMany(telemetry, 1)
      await world.advance(1000)
      world.socket.ack(time)
      world.socket.drop(4401)
    }
    expect(telemetry.status().status).toBe('waiting')
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('no network'))],
    [
      'throws',
      () => {
        throw new Error('no network')
      },
    ],
  ])('counts as a lost link where it %s', async (_, getToken) => {
    const { world, telemetry } = createTestTelemetry({ getToken })
    telemetry.start()
    await world.advance(0)
    expect(telemetry.status()).toMatchObject({ status: 'waiting', attempt: 1 })
  })

  it('opens nothing when it answers after a stop, a switch-off or a newer attempt', async () => {
    const answers: ((token: string) => void)[] = []
    const getToken = (): Promise<string> => new Promise((resolve) => answers.push(resolve))
    const { world, telemetry } = createTestTelemetry({ getToken })
    telemetry.start()
    await world.advance(0)
    telemetry.setEnabled(false)
    telemetry.setEnabled(true)
    await world.advance(0)
    telemetry.stop()
    telemetry.start()
    await world.advance(0)
    expect(answers).toHaveLength(3)
    for (const answer of answers) answer('token')
    await world.advance(0)
    expect(world.sockets).toHaveLength(1)
  })

  it('is given up after the deadline, and its late answer is forgotten', async () => {
    let answer: (token: string) => void = () => {}
    const { world, telemetry } = createTestTelemetry({
      getToken: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    telemetry.start()
    await world.advance(10_000)
    expect(telemetry.status().status).toBe('waiting')
    answer('token')
    await world.advance(0)
    expect(world.sockets).toHaveLength(0)
  })
})

describe('silence', () => {
  it('is none where the page stood still, and the answer waits to be read', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 10)
    await world.advance(1000)
    // Timers come first when it goes on, and what the socket has got after them.
    world.nowMs += 60_000
    await world.advance(0)
    world.socket.ack(10)
    await world.advance(2000)
    expect([telemetry.status().status, world.sockets.length, telemetry.stats().acked]).toEqual(['open', 1, 10])
  })

  it('ends the link where the page runs on', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 10)
    await world.advance(1000)
    world.nowMs += 60_000
    await world.advance(8000)
    expect(telemetry.status().status).toBe('open')
    await world.advance(3000)
    expect([telemetry.status().status, telemetry.stats().queued]).toEqual(['connecting', 10])
  })

  it('is not what a batch that became full brings forward', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    for (let tenth = 0; tenth < 90; tenth++) {
      pushMany(telemetry, 50)
      await world.advance(100)
    }
    expect(telemetry.status().status).toBe('open')
  })
})

describe('the network', () => {
  it('is tried whatever the browser believes of it: a collector on the same machine needs none', async () => {
    const { world, telemetry } = createTestTelemetry({ url: 'ws://127.0.0.1:4180' })
    world.offline()
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    pushMany(telemetry, 1)
    await world.advance(1000)
    world.socket.ack(1)
    expect([telemetry.status().status, telemetry.stats().acked]).toEqual(['open', 1])
  })

  it('leaves a socket alone that works, and asks it', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.offline()
    expect([telemetry.status().status, world.socket.closedWith]).toEqual(['open', undefined])
    expect(world.socket.frames().at(-1)).toEqual({ t: 'ping' })
    world.socket.message({ t: 'beat' })
    pushMany(telemetry, 1)
    await world.advance(1000)
    world.socket.ack(1)
    await world.advance(60_000)
    expect([telemetry.status().status, telemetry.stats().acked, world.sockets.length]).toEqual(['open', 1, 1])
  })

  it('cuts one that does not answer, by the deadline, and keeps what is in flight', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 10)
    await world.advance(1000)
    world.offline()
    await world.advance(12_000)
    expect(telemetry.status()).toMatchObject({ status: 'offline' })
    expect(telemetry.stats()).toMatchObject({ queued: 10, inFlight: 0 })
    expect(world.sockets[0]?.closedWith).toBe(1000)
  })

  it('is tried more rarely while the browser sees none, and at once when it sees one again', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.offline()
    world.socket.drop()
    expect(telemetry.status()).toMatchObject({ status: 'offline' })
    expect(world.timers).toEqual([15_000])
    await world.advance(15_000)
    expect(world.sockets).toHaveLength(2)
    world.socket.drop()
    await world.advance(1)
    world.online()
    await world.advance(0)
    expect(world.sockets).toHaveLength(3)
  })

  it('is said to be gone where the link was lost before the browser noticed', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop()
    world.offline()
    expect(telemetry.status()).toMatchObject({ status: 'offline', attempt: 1 })
    world.online()
    await world.advance(0)
    expect([telemetry.status().status, world.sockets.length]).toEqual(['connecting', 2])
  })

  it('keeps its backoff through an online that changes nothing', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.drop()
    world.online()
    await world.advance(0)
    expect([world.sockets.length, telemetry.status().status]).toEqual([1, 'waiting'])
  })

  it.each([
    ['online', 'online' as const],
    ['shown', 'show' as const],
    ['back', 'comeBack' as const],
  ])('asks an open socket whether it is alive when the page is %s', async (_, signal) => {
    const { world, telemetry } = await createOpenTelemetry()
    await world.advance(20_000)
    world[signal]()
    expect(world.socket.frames().at(-1)).toEqual({ t: 'ping' })
    await world.advance(8000)
    expect(telemetry.status().status).toBe('open')
    await world.advance(4000)
    expect(telemetry.status().status).not.toBe('open')
  })

  it('is content with the answer', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.show()
    world.socket.message({ t: 'beat' })
    await world.advance(60_000)
    expect(telemetry.status().status).toBe('open')
    expect(world.sockets).toHaveLength(1)
  })
})

describe('stop', () => {
  it('leaves no timer, no listener and no socket behind, wherever the link stands', async () => {
    for (const stage of ['waiting', 'connecting', 'handshake', 'open', 'lost', 'offline'] as const) {
      const { world, telemetry } = createTestTelemetry()
      telemetry.start()
      if (stage !== 'waiting') await world.advance(0)
      if (stage === 'handshake') world.socket.open()
      if (stage === 'open' || stage === 'lost') world.socket.welcome()
      pushMany(telemetry, 60)
      if (stage === 'lost') world.socket.drop()
      if (stage === 'offline') world.offline()
      telemetry.stop()
      telemetry.stop()
      await world.advance(0)
      expect({ stage, timers: world.timers, listeners: world.listeners }).toEqual({ stage, timers: [], listeners: 0 })
      expect(world.sockets.every(({ closedWith, readyState }) => closedWith === 1000 || readyState === 3)).toBe(true)
      expect(telemetry.status()).toEqual({ status: 'idle' })
      pushMany(telemetry, 60)
      await world.advance(60_000)
      expect(world.timers).toEqual([])
    }
  })

  it('sends what is there, and an orderly end', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    telemetry.stop()
    expect(world.socket.frames().slice(1)).toEqual([
      { t: 'batch', seq: 1, pushed: 3, events: expect.objectContaining({ length: 3 }) },
      { t: 'batch', seq: 4, pushed: 3, events: [], end: true },
    ])
  })

  it('claims no end where something could not be sent', async () => {
    const { world, telemetry } = await createOpenTelemetry({}, { window: 2 })
    pushMany(telemetry, 3)
    telemetry.stop()
    expect(world.socket.frames().slice(1)).toMatchObject([{ events: { length: 2 } }])
  })

  it('keeps what was not acked, and sends it when started again', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    telemetry.stop()
    expect(telemetry.stats()).toMatchObject({ queued: 3, inFlight: 0 })
    pushMany(telemetry, 1, 4)
    telemetry.start()
    await world.advance(0)
    world.socket.welcome(3)
    expect(world.socket.frames()).toMatchObject([{ next: 1, pushed: 4 }, { seq: 4 }])
  })

  it('hears nothing more of a socket it let go', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.stop()
    telemetry.start()
    await world.advance(0)
    const [old] = world.sockets
    old?.message({ t: 'ack', seq: 99, totals: noTotals })
    old?.drop(4403)
    expect(telemetry.status().status).toBe('connecting')
  })
})

describe('switched off', () => {
  it('empties the buffer, counts it, disconnects, and goes on with session and sequence', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    await world.advance(1000)
    pushMany(telemetry, 2, 4)
    telemetry.setEnabled(false)
    expect(telemetry.status()).toEqual({ status: 'disabled' })
    expect(world.socket.closedWith).toBe(1000)
    expect(telemetry.stats()).toMatchObject({ pushed: 5, queued: 0, inFlight: 0, dropped: { disabled: 5 } })
    pushMany(telemetry, 7)
    await world.advance(60_000)
    expect([telemetry.stats().pushed, world.sockets.length, world.timers]).toEqual([5, 1, []])
    const { sessionId } = telemetry
    telemetry.setEnabled(true)
    await world.advance(0)
    world.socket.welcome(3)
    pushMany(telemetry, 1, 6)
    await world.advance(1000)
    expect(telemetry.sessionId).toBe(sessionId)
    expect(world.socket.frames()).toMatchObject([
      { t: 'hello', next: 1, pushed: 5 },
      { t: 'batch', seq: 4, events: [{ drop: { disabled: 2 } }] },
      { t: 'batch', seq: 6, events: [{ data: { n: 6 } }] },
    ])
    expect(telemetry.stats()).toMatchObject({ pushed: 6, acked: 3, inFlight: 1, dropped: { disabled: 2 } })
  })

  it('stays off through start, and starts when switched on', async () => {
    const { world, telemetry } = createTestTelemetry({ consent: false })
    telemetry.start()
    expect(telemetry.status()).toEqual({ status: 'disabled' })
    world.online()
    world.leave()
    await world.advance(60_000)
    expect([world.sockets.length, world.posts.length]).toEqual([0, 0])
    telemetry.setEnabled(true)
    await world.advance(0)
    expect(world.sockets).toHaveLength(1)
  })

  it('starts nothing by being switched on before start, or after stop', async () => {
    const { world, telemetry } = createTestTelemetry({ consent: false })
    telemetry.setEnabled(true)
    telemetry.start()
    telemetry.setEnabled(false)
    telemetry.stop()
    telemetry.setEnabled(true)
    await world.advance(1000)
    expect([world.sockets.length, telemetry.status().status, world.listeners]).toEqual([0, 'idle', 0])
  })
})

it('tells the collector the clock that stamps its events, also after the wall clock was set back', async () => {
  const { world, telemetry } = createTestTelemetry()
  pushMany(telemetry, 1)
  world.wallOffsetMs -= 3_600_000
  await world.advance(2000)
  telemetry.start()
  await world.advance(0)
  world.socket.open()
  pushMany(telemetry, 1)
  const { now } = JSON.parse(world.socket.sent[0] ?? '')
  expect([now, telemetry.buffer.peek(2)[1]?.timestamp]).toEqual([world.nowMs, world.nowMs])
})

it('notices a wall clock that jumped while it was idle', async () => {
  const { world, telemetry } = createTestTelemetry()
  telemetry.start()
  await world.advance(0)
  world.socket.welcome()
  world.wallOffsetMs += 3_600_000
  await world.advance(1000)
  pushMany(telemetry, 1)
  expect(telemetry.buffer.peek(1)[0]?.timestamp).toBe(world.nowMs + 3_600_000)
})

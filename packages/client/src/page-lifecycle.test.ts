import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { createOpenTelemetry, createTestTelemetry, noTotals, pushMany } from './test-doubles.ts'

const answer = (ack: number): string => JSON.stringify({ t: 'ack', seq: ack, ack, totals: noTotals, rejected: [] })

describe('while the page is left', () => {
  it('sends what is unsent over the socket, and what is unacked in one body', async () => {
    const { world, telemetry } = await createOpenTelemetry({ key: 'k' })
    pushMany(telemetry, 2)
    await world.advance(1000)
    world.socket.ack(1)
    pushMany(telemetry, 2, 3)
    world.leave()
    expect(world.sockets[0]?.frames().slice(2)).toMatchObject([
      { t: 'batch', seq: 3, events: { length: 2 } },
      { t: 'batch', seq: 5, events: [], end: true },
    ])
    expect(world.posts).toHaveLength(1)
    expect(world.posts[0]).toMatchObject({
      url: expect.stringMatching(/^(https:\/\/game\.example)?\/telemetry$/),
      post: {
        session: telemetry.sessionId,
        key: 'k',
        next: 2,
        seq: 2,
        pushed: 4,
        events: [{ data: { n: 2 } }, { data: { n: 3 } }, { data: { n: 4 } }],
        end: true,
      },
    })
  })

  it('posts to the same address by http', async () => {
    const { world, telemetry } = createTestTelemetry({ url: 'wss://collector.example/t' })
    telemetry.start()
    pushMany(telemetry, 1)
    world.leave()
    expect(world.posts[0]?.url).toBe('https://collector.example/t')
  })

  it('keeps the events until they are acked', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    world.leave()
    expect(telemetry.stats()).toMatchObject({ pushed: 3, acked: 0, queued: 3, inFlight: 0 })
  })

  it('acknowledges nothing of a session that began since it was posted', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    world.hide()
    const { sessionId } = telemetry
    // More than was ever pushed: the session is somebody else's.
    world.socket.ack(9)
    expect(telemetry.sessionId).not.toBe(sessionId)
    await world.posts[0]?.answer(answer(3))
    expect(telemetry.stats()).toMatchObject({ pushed: 3, acked: 0, queued: 3 })
  })

  it('lets go of the socket, which would keep the page out of the back-forward cache', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.leave()
    expect([telemetry.status().status, world.socket.closedWith]).toEqual(['away', 1000])
    await world.advance(600_000)
    expect([world.sockets.length, world.timers]).toEqual([1, []])
  })

  it('posts nothing where nothing is unacked, where it is stopped, or where it never started', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.leave()
    world.comeBack()
    pushMany(telemetry, 1)
    telemetry.stop()
    world.leave()
    expect(world.posts).toEqual([])
  })

  it('sends drops too', async () => {
    const { world, telemetry } = createTestTelemetry({ capacity: 1 })
    telemetry.start()
    pushMany(telemetry, 3)
    world.leave()
    expect(world.posts[0]?.post.events).toMatchObject([{ drop: { overflow: 2 } }, { data: { n: 3 } }])
  })
})

describe('coming back', () => {
  it('connects again and resumes where the collector stands', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    world.leave()
    world.comeBack()
    await world.advance(0)
    expect(world.sockets).toHaveLength(2)
    pushMany(telemetry, 1, 4)
    world.socket.welcome(3)
    expect(world.socket.frames()).toMatchObject([{ next: 1, pushed: 4 }, { seq: 4 }])
    expect(telemetry.stats()).toMatchObject({ acked: 3, inFlight: 1 })
  })

  it('tries, whatever the browser believes of the network', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.leave()
    world.offline()
    world.comeBack()
    await world.advance(0)
    expect([telemetry.status().status, world.sockets.length]).toEqual(['connecting', 2])
  })

  it('does not connect because the network is back while it lies in the cache', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.leave()
    world.offline()
    world.online()
    await world.advance(1000)
    expect([telemetry.status().status, world.sockets.length]).toEqual(['away', 1])
  })

  it('keeps exact what was sent on the side and then given up: it may turn out stored', async () => {
    const { world, telemetry } = createTestTelemetry({ capacity: 4 })
    telemetry.start()
    pushMany(telemetry, 4)
    world.hide()
    pushMany(telemetry, 3, 5)
    await world.advance(0)
    world.socket.welcome(2)
    expect(world.socket.frames()[1]).toMatchObject({
      seq: 3,
      events: [{ drop: { overflow: 1 } }, { data: { n: 4 } }, { data: { n: 5 } }, {}, {}],
    })
    expect(telemetry.stats()).toMatchObject({ pushed: 7, acked: 2, inFlight: 4, dropped: { overflow: 1 } })
  })
})

describe('while the page is hidden', () => {
  it('flushes, and stays connected without an end', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 2)
    world.hide()
    expect(world.posts[0]?.post).toMatchObject({ seq: 1, pushed: 2 })
    expect(world.posts[0]?.post.end).toBeUndefined()
    expect(world.socket.frames().slice(1)).toMatchObject([{ t: 'batch', seq: 1 }])
    expect(telemetry.status().status).toBe('open')
  })

  it('settles by the answer, also without a socket', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    pushMany(telemetry, 3)
    world.hide()
    await world.posts[0]?.answer(answer(3))
    expect(telemetry.stats()).toMatchObject({ pushed: 3, acked: 3, queued: 0 })
  })

  it('makes nothing of an answer that is none', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    pushMany(telemetry, 3)
    for (const text of [undefined, '', '{"error":{"code":"hole"},"ack":2}', 'null']) {
      world.hide()
      await world.posts.at(-1)?.answer(text)
    }
    expect(world.posts).toHaveLength(4)
    expect(telemetry.stats()).toMatchObject({ pushed: 3, acked: 0, queued: 3 })
  })
})

describe('the budget', () => {
  const bytesOf = (posts: readonly { readonly body: string }[]): number =>
    posts.reduce((sum, { body }) => sum + new TextEncoder().encode(body).length, 0)

  it('bounds the body', async () => {
    const { world, telemetry } = createTestTelemetry({ labels: { some: 'x'.repeat(900) } })
    telemetry.start()
    for (let n = 0; n < 100; n++) telemetry.push('tick', 'é'.repeat(500))
    world.leave()
    expect(bytesOf(world.posts)).toBeLessThanOrEqual(61_440)
    expect(bytesOf(world.posts)).toBeGreaterThan(59_000)
    expect(world.posts[0]?.post.end).toBeUndefined()
  })

  it('is shared by all bodies under way, and given back by each answer', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    for (let n = 0; n < 40; n++) telemetry.push('tick', 'x'.repeat(1000))
    world.hide()
    world.hide()
    expect(bytesOf(world.posts)).toBeLessThanOrEqual(61_440)
    await world.posts[0]?.answer()
    world.hide()
    expect(world.posts.at(-1)?.post.events).toHaveLength(40)
  })

  it('makes no event a drop that only finds no room', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.start()
    telemetry.push('tick', 'x'.repeat(40_000))
    world.hide()
    world.hide()
    expect(world.posts).toHaveLength(1)
    telemetry.push('tick', 'x'.repeat(30_000))
    await world.posts[0]?.answer(answer(1))
    world.hide()
    world.hide()
    expect(world.posts.flatMap(({ post }) => post.events).filter((element) => 'drop' in (element as object))).toEqual(
      [],
    )
    expect(telemetry.stats()).toMatchObject({ queued: 1, dropped: {} })
  })

  it('is one for all telemetries of a page: the second sends what there is room for', async () => {
    const { world, telemetry } = createTestTelemetry()
    const other = createTelemetry({ enabled: true, environment: world.environment })
    for (const each of [telemetry, other]) {
      each.start()
      for (let n = 0; n < 45; n++) each.push('tick', 'x'.repeat(1000))
    }
    world.leave()
    expect(world.posts.map(({ post }) => post.session)).toEqual([telemetry.sessionId, other.sessionId])
    expect(bytesOf(world.posts)).toBeLessThanOrEqual(61_440)
    expect(world.posts[0]?.post.events).toHaveLength(45)
    expect(world.posts[1]?.post.events.length).toBeGreaterThan(10)
    for (const post of world.posts) await post.answer()
    expect(world.environment.keepalive.bytes).toBe(0)
  })

  it('may be smaller', async () => {
    const { world, telemetry } = createTestTelemetry({ exitBudgetBytes: 1000 })
    telemetry.start()
    pushMany(telemetry, 50)
    world.leave()
    expect(bytesOf(world.posts)).toBeLessThanOrEqual(1000)
    expect(world.posts[0]?.post.events.length).toBeGreaterThan(3)
  })
})

import type { Batch } from '@downlink/protocol'
import { describe, expect, it } from 'vitest'
import { plain } from './plain.ts'
import { createOpenTelemetry, createTestTelemetry, eventsOf, type FakeWorld } from './test-doubles.ts'

/** Batches as they were sent. */
const batchesOf = ({ socket }: FakeWorld): readonly Batch[] => socket.frames().filter((frame) => frame.t === 'batch')

/** What the elements of all batches say, each as it is on the wire. */
const saidIn = (world: FakeWorld): unknown[] =>
  batchesOf(world).flatMap(({ events }) =>
    events.map((element) => {
      const { context, labels } = element as { context?: unknown; labels?: unknown }
      return { ...(context !== undefined && { context }), ...(labels !== undefined && { labels }) }
    }),
  )

describe('context', () => {
  it('is that of the push, and written where it differs from the event before', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.push('tick')
    telemetry.setContext({ level: 3, mode: 'hard', vr: false })
    telemetry.push('tick')
    telemetry.push('tick')
    telemetry.setContext({ level: 4 })
    telemetry.setContext({ level: 4, mode: null, unknown: undefined })
    telemetry.push('tick')
    telemetry.setContext({ level: 4 })
    telemetry.push('tick')
    telemetry.setContext({ level: undefined, vr: null })
    telemetry.push('tick')
    await world.advance(1000)
    expect(saidIn(world)).toEqual([
      {},
      { context: { level: 3, mode: 'hard', vr: false } },
      {},
      { context: { level: 4, vr: false } },
      {},
      { context: {} },
    ])
  })

  it('begins with none in each batch, and is written whole in the first event of each', async () => {
    const { world, telemetry } = await createOpenTelemetry({ batchSize: 2 })
    telemetry.setContext({ level: 1 })
    telemetry.setLabels({ team: 'red' })
    for (let n = 0; n < 4; n++) telemetry.push('tick', n)
    await world.advance(1000)
    const said = { context: { level: 1 }, labels: { team: 'red' } }
    expect(saidIn(world)).toEqual([said, {}, said, {}])
  })

  it('is that of the push also where events before it are dropped, and where it is sent again', async () => {
    const { world, telemetry } = await createOpenTelemetry({ capacity: 3 })
    for (let n = 1; n <= 6; n++) {
      telemetry.setContext({ n })
      telemetry.push('tick', n)
    }
    await world.advance(1000)
    const expected = [4, 5, 6].map((n) => ({ type: 'tick', data: n, context: { n } }))
    expect(batchesOf(world).flatMap(eventsOf)).toEqual(expected)
    world.socket.drop()
    await world.advance(1000)
    world.socket.welcome(4)
    expect(batchesOf(world).flatMap(eventsOf)).toEqual(expected.slice(1))
  })

  it('is that of the push in the exit flush', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.setContext({ level: 1 })
    telemetry.push('tick')
    telemetry.setContext({ level: 2 })
    telemetry.push('tick')
    world.leave()
    expect(world.posts[0] && eventsOf(world.posts[0].post)).toEqual([
      { type: 'tick', context: { level: 1 } },
      { type: 'tick', context: { level: 2 } },
    ])
  })

  it('is that of the push in each half of a batch that was too large', async () => {
    const { world, telemetry } = await createOpenTelemetry({ batchSize: 4 })
    telemetry.setContext({ level: 1 })
    telemetry.identify('ann')
    for (let n = 0; n < 4; n++) telemetry.push('tick', n)
    await world.advance(1000)
    world.socket.drop(4413)
    await world.advance(1000)
    world.socket.welcome()
    const said = { context: { level: 1 }, labels: { player: 'ann' } }
    expect(saidIn(world)).toEqual([said, {}, said, {}])
  })

  it('is said by the first event that is sent, where the one before can not be', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    const circle: { self?: unknown } = {}
    circle.self = circle
    telemetry.setContext({ level: 1 })
    telemetry.push('tick', circle)
    telemetry.push('tick', 'x'.repeat(70_000))
    telemetry.push('tick', 1)
    await world.advance(1000)
    expect(saidIn(world)).toEqual([{}, { context: { level: 1 } }])
    expect(telemetry.stats().dropped).toEqual({ unencodable: 1, oversize: 1 })
  })

  it.each([
    ['is circular', circularContext()],
    ['is larger than a frame', { text: 'x'.repeat(300_000) }],
    ['is null', null],
  ])('that somebody gave an event which he requeued, and %s, holds nothing up', async (_, context) => {
    const { world, telemetry } = createTestTelemetry()
    for (let n = 1; n <= 2; n++) telemetry.push('tick', n)
    const [first, second] = telemetry.buffer.drain(2)
    telemetry.buffer.requeue([{ ...first, context } as never, second as never])
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    expect(batchesOf(world).flatMap(eventsOf)).toMatchObject([{ data: 1 }, { data: 2 }])
  })

  it('is what recent, peek and drain show, and comes back with what is requeued', async () => {
    const { world, telemetry } = createTestTelemetry()
    telemetry.setContext({ level: 1 })
    telemetry.identify('ann')
    telemetry.push('tick')
    telemetry.setContext({ level: 2 })
    telemetry.push('tick')
    const expected = [1, 2].map((level) => ({ context: { level }, labels: { player: 'ann' } }))
    expect(telemetry.recent(2)).toMatchObject(expected)
    expect(telemetry.buffer.peek(2)).toMatchObject(expected)
    telemetry.buffer.requeue(telemetry.buffer.drain(2))
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    expect(batchesOf(world).flatMap(eventsOf)).toMatchObject(expected)
  })

  it('is frozen, and the same object in each event', () => {
    const { telemetry } = createTestTelemetry()
    const values = { level: 1 }
    telemetry.setContext(values)
    telemetry.push('tick')
    telemetry.push('tick')
    values.level = 2
    const [one, other] = telemetry.recent(2)
    expect(one?.context).toEqual({ level: 1 })
    expect(one?.context).toBe(other?.context)
    expect(Object.isFrozen(one?.context)).toBe(true)
  })

  it('stays with events of plain delivery, each of which is whole', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain() })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    telemetry.push('tick', 0)
    telemetry.setContext({ level: 1 })
    telemetry.setLabels({ team: 'red' })
    telemetry.push('tick', 1)
    telemetry.push('tick', 2)
    await world.advance(1000)
    const said = { context: { level: 1 }, labels: { team: 'red' } }
    expect(JSON.parse(world.socket.sent.at(-1) ?? '')).toMatchObject([
      { data: 0 },
      { data: 1, ...said },
      { data: 2, ...said },
    ])
  })

  it('of more than 4,096 bytes is not sent, and costs no event', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.setContext({ level: 1, text: 'ä'.repeat(2100) })
    telemetry.push('tick')
    telemetry.setContext({ text: null })
    telemetry.push('tick')
    await world.advance(1000)
    expect(saidIn(world)).toEqual([{}, { context: { level: 1 } }])
  })

  it('counts with the bytes of its batch, but not with those of its event', async () => {
    const { world, telemetry } = await createOpenTelemetry({}, { maxBatchBytes: 131_072 })
    telemetry.setContext({ text: 'x'.repeat(4000) })
    for (let n = 0; n < 3; n++) telemetry.push('tick', 'x'.repeat(65_400))
    await world.advance(1000)
    expect(batchesOf(world).map(({ events }) => events.length)).toEqual([1, 1, 1])
    for (const text of world.socket.sent) expect(text.length).toBeLessThanOrEqual(131_072)
    expect(telemetry.stats().dropped).toEqual({})
  })
})

describe('labels', () => {
  it('are those that changed since the hello, which keeps those of the start', async () => {
    const { world, telemetry } = await createOpenTelemetry({ labels: { os: 'linux', team: 'red' } })
    telemetry.setLabels({ team: 'blue' })
    telemetry.identify('ann')
    telemetry.push('tick')
    telemetry.identify()
    telemetry.push('tick')
    await world.advance(1000)
    world.socket.drop()
    await world.advance(1000)
    world.socket.welcome()
    const hello = world.socket.frames().find((frame) => frame.t === 'hello')
    expect(hello?.meta?.labels).toEqual({ os: 'linux', team: 'red' })
    expect(saidIn(world)).toEqual([{ labels: { team: 'blue', player: 'ann' } }, { labels: { team: 'blue' } }])
  })

  it('say null where one of the start is there no more', async () => {
    const { world, telemetry } = await createOpenTelemetry({ labels: { player: 'ann' } })
    telemetry.identify(null)
    telemetry.push('tick')
    telemetry.identify('bob')
    telemetry.push('tick')
    await world.advance(1000)
    expect(saidIn(world)).toEqual([{ labels: { player: null } }, { labels: { player: 'bob' } }])
  })

  it('become text, of 256 characters at most', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.setLabels({ cores: 8, long: 'x'.repeat(300) } as never)
    telemetry.push('tick')
    await world.advance(1000)
    expect(saidIn(world)).toEqual([{ labels: { cores: '8', long: 'x'.repeat(256) } }])
  })
})

function circularContext(): object {
  const context: Record<string, unknown> = {}
  context.self = context
  return context
}

const unreadable = Object.defineProperty({}, 'level', {
  enumerable: true,
  get() {
    throw new Error('not yet')
  },
})

it.each([
  ['an object', { level: { n: 1 } }, { mode: 'hard' }],
  ['a function', { level: () => 1 }, { mode: 'hard' }],
  ['a symbol', { level: Symbol('one') }, { mode: 'hard' }],
  ['what throws', unreadable, { mode: 'hard' }],
  ['nothing at all', undefined, { mode: 'hard' }],
  ['null', null, { mode: 'hard' }],
  ['a number', 5, { mode: 'hard' }],
])('takes %s for no value, never throws, and says so to a developer', (_, values, expected) => {
  for (const name of ['setContext', 'setLabels'] as const) {
    for (const isDevelopment of [false, true]) {
      const { world, telemetry } = createTestTelemetry({ isDevelopment })
      telemetry[name]({ mode: 'hard' })
      for (let times = 0; times < 2; times++) telemetry[name](values as never)
      telemetry.push('tick')
      const [event] = telemetry.recent(1)
      expect(name === 'setContext' ? event?.context : event?.labels).toEqual(expected)
      expect(world.warnings.length).toBe(isDevelopment && values instanceof Object ? 1 : 0)
    }
  }
})

it('a context that is too large is told a developer', () => {
  const { world, telemetry } = createTestTelemetry({ isDevelopment: true })
  telemetry.setContext({ text: 'x'.repeat(5000) })
  expect(world.warnings).toEqual([expect.stringContaining('4096 bytes')])
})

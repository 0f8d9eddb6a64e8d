import { describe, expect, it } from 'vitest'
import { createOpenTelemetry, createTestTelemetry, pushMany } from '../test-doubles.ts'
import { byType, latestWins, mustDeliver, type Policy, sampled } from './by-type.ts'

const typesOf = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type)

describe('latestWins', () => {
  const policies = byType({ player_moved: latestWins, ship_moved: latestWins })

  it('keeps the newest of those that wait, and counts what it replaces', () => {
    const { telemetry } = createTestTelemetry({ policies })
    telemetry.push('player_moved', { x: 1 })
    telemetry.push('shot')
    telemetry.push('ship_moved', { x: 1 })
    telemetry.push('player_moved', { x: 2 })
    telemetry.push('player_moved', { x: 3 })
    expect(telemetry.buffer.peek(9)).toMatchObject([
      { type: 'shot', seq: 2 },
      { type: 'ship_moved', seq: 3 },
      { type: 'player_moved', seq: 5, data: { x: 3 } },
    ])
    expect(telemetry.stats()).toMatchObject({ pushed: 5, queued: 3, dropped: { replaced: 2 } })
  })

  it('replaces nothing that is on its way, and is told to the collector', async () => {
    const { world, telemetry } = await createOpenTelemetry({ policies })
    telemetry.push('player_moved', { x: 1 })
    await world.advance(1000)
    telemetry.push('player_moved', { x: 2 })
    telemetry.push('player_moved', { x: 3 })
    await world.advance(1000)
    const [, first, second] = world.socket.frames()
    expect(first).toMatchObject({ seq: 1, events: [{ data: { x: 1 } }] })
    expect(second).toMatchObject({ seq: 2, events: [{ drop: { replaced: 1 } }, { data: { x: 3 } }] })
  })

  it('is not replaced by what is refused', () => {
    const redact = (event: { type: string; data: unknown }) => (event.data === 'secret' ? undefined : event)
    const { telemetry } = createTestTelemetry({ policies, redact })
    telemetry.push('player_moved', { x: 1 })
    telemetry.push('player_moved', 'secret')
    expect(telemetry.buffer.peek(9)).toMatchObject([{ data: { x: 1 } }])
    expect(telemetry.stats().dropped).toEqual({ sampled: 1 })
  })
})

describe.each(['drop-oldest', 'drop-newest'] as const)('mustDeliver, where else %s', (overflow) => {
  const policies = byType({ purchase: mustDeliver })

  it('gives way to nothing, and takes the place of the oldest of the others', () => {
    const { telemetry } = createTestTelemetry({ policies, overflow, capacity: 4 })
    telemetry.push('purchase', 1)
    pushMany(telemetry, 3)
    telemetry.push('purchase', 2)
    pushMany(telemetry, 9)
    telemetry.push('purchase', 3)
    const events = telemetry.buffer.peek(9)
    expect(events.filter(({ type }) => type === 'purchase').map(({ data }) => data)).toEqual([1, 2, 3])
    expect(events).toHaveLength(4)
    expect(telemetry.stats()).toMatchObject({ pushed: 15, queued: 4, dropped: { overflow: 11 } })
  })

  it('is counted where all that wait must be delivered, too', () => {
    const { telemetry } = createTestTelemetry({ policies, overflow, capacity: 4 })
    for (let n = 1; n <= 6; n++) telemetry.push('purchase', n)
    pushMany(telemetry, 1)
    expect(telemetry.buffer.peek(9).map(({ data }) => data)).toEqual([1, 2, 3, 4])
    expect(telemetry.stats().dropped).toEqual({ overflow: 3 })
  })

  it('stays where what was in flight comes back', async () => {
    const { world, telemetry } = await createOpenTelemetry({ policies, overflow, capacity: 4 })
    pushMany(telemetry, 1)
    telemetry.push('purchase', 1)
    await world.advance(1000)
    telemetry.push('purchase', 2)
    telemetry.push('purchase', 3)
    telemetry.push('purchase', 4)
    expect(telemetry.stats().dropped).toEqual({ overflow: 1 })
    world.socket.drop()
    telemetry.push('purchase', 5)
    expect(typesOf(telemetry.buffer.peek(9))).toEqual(['purchase', 'purchase', 'purchase', 'purchase'])
    expect(telemetry.stats().dropped).toEqual({ overflow: 2 })
  })
})

describe('sampled', () => {
  const has = (sessionId: string, rate: number): boolean => {
    const { telemetry } = createTestTelemetry({
      sessionId,
      policies: byType({ frame: sampled(rate), tick: sampled(1) }),
    })
    for (let n = 0; n < 20; n++) telemetry.push('frame', n)
    const { queued, dropped } = telemetry.stats()
    expect(queued === 0 ? dropped : { sampled: 20 - queued }).toEqual({ sampled: queued === 0 ? 20 : 0 })
    return queued > 0
  }
  const sessions = Array.from({ length: 1000 }, (_, at) => `session-${at}`)

  it('has a type whole, or not at all, in the share of the sessions that it says', () => {
    for (const rate of [0, 0.1, 0.5, 1]) {
      const share = sessions.filter((session) => has(session, rate)).length / sessions.length
      expect(Math.abs(share - rate)).toBeLessThan(0.05)
    }
  })

  it('has what is rare where it has what is frequent', () => {
    const rare = sessions.filter((session) => has(session, 0.1))
    expect(rare.every((session) => has(session, 0.3))).toBe(true)
  })

  it('is shown to a bug report all the same', () => {
    const { telemetry } = createTestTelemetry({ policies: byType({ frame: sampled(0) }) })
    telemetry.push('frame', 1)
    expect([telemetry.recent(1), telemetry.stats().queued]).toMatchObject([[{ type: 'frame' }], 0])
  })
})

it('accounts for each of 300,000 events by its reason, and keeps no more than it may', () => {
  const policies = byType({ purchase: mustDeliver, player_moved: latestWins, frame_time: sampled(0) })
  const { telemetry } = createTestTelemetry({ policies })
  const types = ['shot', 'player_moved', 'hit', 'frame_time']
  for (let n = 0; n < 300_000; n++) telemetry.push(n % 1000 === 0 ? 'purchase' : (types[n % 4] ?? ''), { n })
  const { pushed, queued, dropped } = telemetry.stats()
  expect({ pushed, queued, ...dropped }).toEqual({
    pushed: 300_000,
    queued: 5000,
    sampled: 75_000,
    replaced: 74_999,
    overflow: 145_001,
  })
  expect(telemetry.buffer.peek(5000).filter(({ type }) => type === 'purchase')).toHaveLength(300)
})

describe('a policy that is none', () => {
  const wrong = ['always', undefined, null, 5, sampled(2), sampled(Number.NaN), sampled('0.1' as unknown as number)]
  const of = (policy: unknown) => byType({ frame: policy as Policy })

  it.each([...wrong.map((policy) => [policy, true] as const), ...wrong.map((policy) => [policy, false] as const)])(
    '%j is warned of, in development: %s, and costs no event',
    (policy, isDevelopment) => {
      const { world, telemetry } = createTestTelemetry({ isDevelopment, policies: of(policy) })
      telemetry.push('frame', 1)
      expect(telemetry.stats().queued).toBe(1)
      expect(world.warnings).toEqual([expect.stringContaining('bad_option: Expected the policy of `frame`')])
    },
  )

  it('has no names of its own', () => {
    const { telemetry } = createTestTelemetry({ policies: byType({}) })
    for (const type of ['toString', '__proto__', 'constructor']) telemetry.push(type)
    expect(telemetry.stats()).toMatchObject({ queued: 3, dropped: {} })
  })
})

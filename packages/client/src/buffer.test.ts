import { describe, expect, it } from 'vitest'
import { createOpenTelemetry, createTestTelemetry, pushMany } from './test-doubles.ts'

const numbersOf = (events: readonly { readonly data: unknown }[]): unknown[] =>
  events.map(({ data }) => (data as { n: number }).n)

describe('push', () => {
  it('assigns id, sequence and timestamp', () => {
    const { telemetry, world } = createTestTelemetry()
    telemetry.buffer.push('tick', { n: 1 })
    expect(telemetry.buffer.peek(1)).toEqual([
      {
        id: `${telemetry.sessionId}:1`,
        type: 'tick',
        timestamp: world.nowMs,
        data: { n: 1 },
        sessionId: telemetry.sessionId,
        seq: 1,
      },
    ])
  })

  it('stamps the version of the definitions', () => {
    const { telemetry } = createTestTelemetry({ version: 3 })
    pushMany(telemetry, 1)
    expect(telemetry.buffer.peek(1)[0]?.version).toBe(3)
  })

  it('freezes payloads in development, deeply, so that a later change throws where it is made', () => {
    const { telemetry } = createTestTelemetry({ isDevelopment: true })
    const ship = { at: { x: 1 }, trail: [{ x: 0 }], raw: new Float32Array(2), self: {} }
    ship.self = ship
    telemetry.push('ship_spawned', ship)
    expect(() => {
      ship.at.x = 2
    }).toThrow(TypeError)
    expect(() => ship.trail.push({ x: 1 })).toThrow(TypeError)
    ship.raw[0] = 1
    expect(telemetry.buffer.peek(1)[0]?.data).toBe(ship)
  })

  it('keeps a payload as it is in production', () => {
    const { telemetry } = createTestTelemetry()
    const data = { n: 1 }
    telemetry.push('tick', data)
    data.n = 2
    expect(telemetry.buffer.peek(1)[0]?.data).toBe(data)
  })

  it('encodes payloads at once where told, for games that pool their objects', () => {
    const { telemetry } = createTestTelemetry({ copy: true, isDevelopment: true })
    const pooled = { n: 1 }
    telemetry.push('tick', pooled)
    pooled.n = 2
    expect(numbersOf(telemetry.buffer.peek(1))).toEqual([1])
  })

  it.each<[string, unknown]>([
    ['a toJSON', { colour: { red: 255, toJSON: () => '#f00' } }],
    ['a URL', new URL('https://game.example/')],
    ['a method', { name: 'ship', fire: () => {} }],
    ['a proxy', new Proxy({ n: 1 }, {})],
    ['a Map and a Set', { map: new Map([['a', 1]]), set: new Set([1]) }],
    ['an Error', new Error('no ship')],
    ['NaN', Number.NaN],
    ['nothing', undefined],
    ['a function', () => {}],
  ])('sends the same with copy and without: %s', async (_, data) => {
    const sent = async (copy: boolean): Promise<string | undefined> => {
      const { world, telemetry } = await createOpenTelemetry({ copy })
      telemetry.push('tick', data)
      await world.advance(1000)
      return world.socket.sent[1]
    }
    expect(await sent(true)).toBe(await sent(false))
    expect(await sent(true)).toContain('"events":[{"type":"tick"')
  })

  it('warns in development, once a type, of what JSON can’t say, and where', () => {
    const { telemetry, world } = createTestTelemetry({ isDevelopment: true })
    const circle: Record<string, unknown> = {}
    circle.self = circle
    class Ship {
      readonly at = 1
    }
    const payloads: readonly [string, unknown, string | undefined][] = [
      ['map', { ships: [{ cargo: new Map() }] }, 'data.ships.0.cargo is a Map'],
      ['nan', { score: Number.NaN }, 'data.score is NaN'],
      ['id', [1n], 'data.0 is 1'],
      ['error', { cause: new RangeError('no') }, 'data.cause is a RangeError'],
      ['circle', circle, 'data.self is circular'],
      ['pattern', { pattern: /a/ }, 'data.pattern is a RegExp'],
      ['half', { name: '\ud83d' }, 'data.name has half a character'],
      ['bytes', new Uint8Array(2), 'data is a Uint8Array'],
      [
        'throws',
        Object.defineProperty({}, 'a', { enumerable: true, get: () => Number.NaN.toFixed(999) }),
        'can’t be read',
      ],
      ['plain', { a: [1, 'b', null, undefined, { c: true }], date: new Date(0), ship: new Ship() }, undefined],
    ]
    for (const [type, data, warning] of payloads) {
      telemetry.push(type, data)
      telemetry.push(type, data)
      if (warning) expect(world.warnings.splice(0)).toEqual([expect.stringContaining(warning.replace('’', "'"))])
      else expect(world.warnings).toEqual([])
    }
    expect(telemetry.stats()).toMatchObject({ pushed: 20, queued: 20 })
  })

  it('keeps the timestamp that an event brings, and the order of the pushes', () => {
    const { telemetry, world } = createTestTelemetry()
    telemetry.push('tick', 1, 1_500_000_000_000.5)
    telemetry.push('tick', 2)
    telemetry.push('tick', 3, world.nowMs + 60_000)
    telemetry.push('tick', 4)
    for (const wrong of [Number.NaN, Infinity, '5', null, 8.64e15 + 1, {}]) telemetry.push('tick', 5, wrong as number)
    expect(telemetry.buffer.peek(9).map(({ timestamp }) => timestamp)).toEqual([
      1_500_000_000_000.5,
      world.nowMs,
      world.nowMs + 60_000,
      ...new Array(6).fill(world.nowMs),
    ])
  })

  it('redacts before the buffer, and drops what is redacted away', () => {
    const { telemetry } = createTestTelemetry({
      redact: ({ type, data }) => (type === 'secret' ? undefined : { type: `${type}!`, data: { of: data } }),
    })
    telemetry.push('tick', 1)
    telemetry.push('secret', 2)
    expect(telemetry.buffer.peek(2)).toMatchObject([{ type: 'tick!', data: { of: 1 }, seq: 1 }])
    expect(telemetry.stats()).toMatchObject({ pushed: 2, queued: 1, dropped: { sampled: 1 } })
    expect(telemetry.recent(5)).toHaveLength(1)
  })

  it.each([
    [
      'redact',
      {
        redact: () => {
          throw new Error('redact')
        },
      },
    ],
    ['copy', { copy: true }],
  ])('never throws, whatever %s does', (_, options) => {
    const { telemetry } = createTestTelemetry(options)
    telemetry.push('tick', { toJSON: () => JSON.parse('') })
    expect(telemetry.stats()).toMatchObject({ pushed: 1, dropped: { unencodable: 1 } })
  })
})

describe('drain', () => {
  it('is first in, first out, in batches', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 7)
    const { buffer } = telemetry
    expect([3, 3, 3, 3].map((count) => numbersOf(buffer.drain(count)))).toEqual([[1, 2, 3], [4, 5, 6], [7], []])
    expect(buffer.length).toBe(0)
  })

  it('leaves what peek reads', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 3)
    expect([telemetry.buffer.peek(2), telemetry.buffer.peek(2)].map(numbersOf)).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(telemetry.buffer.length).toBe(3)
  })

  it('takes nothing for a count of 0 or less', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 3)
    expect([telemetry.buffer.drain(0), telemetry.buffer.peek(-1)]).toEqual([[], []])
    expect(telemetry.buffer.length).toBe(3)
  })

  it('is the link’s alone while one is attached', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 3)
    telemetry.start()
    expect(telemetry.buffer.drain(3)).toEqual([])
    telemetry.stop()
    expect(telemetry.buffer.drain(3)).toHaveLength(3)
  })
})

describe('overflow', () => {
  it('drops the oldest', () => {
    const { telemetry } = createTestTelemetry({ capacity: 3 })
    pushMany(telemetry, 5)
    expect(numbersOf(telemetry.buffer.peek(9))).toEqual([3, 4, 5])
    expect(telemetry.stats()).toMatchObject({ pushed: 5, queued: 3, dropped: { overflow: 2 } })
  })

  it('drops the newest where told', () => {
    const { telemetry } = createTestTelemetry({ capacity: 3, overflow: 'drop-newest' })
    pushMany(telemetry, 5)
    expect(numbersOf(telemetry.buffer.peek(9))).toEqual([1, 2, 3])
    expect(telemetry.stats()).toMatchObject({ pushed: 5, queued: 3, dropped: { overflow: 2 } })
  })

  it('holds 5000 unless told', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 5001)
    expect([telemetry.buffer.capacity, telemetry.buffer.length]).toEqual([5000, 5000])
  })
})

describe('requeue', () => {
  it('puts a failed batch back in front, in order', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 6)
    const batch = telemetry.buffer.drain(3)
    pushMany(telemetry, 1, 7)
    telemetry.buffer.requeue(batch)
    expect(numbersOf(telemetry.buffer.peek(9))).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(telemetry.stats()).toMatchObject({ pushed: 7, acked: 0, queued: 7 })
  })

  it('keeps ids, sequences and timestamps', async () => {
    const { telemetry, world } = createTestTelemetry()
    pushMany(telemetry, 2)
    const batch = telemetry.buffer.drain(2)
    await world.advance(500)
    telemetry.buffer.requeue(batch)
    expect(telemetry.buffer.drain(2)).toEqual(batch)
  })

  it('sorts batches that fail in any order, also with a hole between them', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 8)
    const [first, , third] = [2, 2, 2].map((count) => telemetry.buffer.drain(count))
    telemetry.buffer.requeue(third ?? [])
    telemetry.buffer.requeue([...(first ?? [])].reverse())
    expect(numbersOf(telemetry.buffer.peek(9))).toEqual([1, 2, 5, 6, 7, 8])
  })

  it('fills a hole that an earlier requeue left', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 6)
    const [first, second] = [2, 2].map((count) => telemetry.buffer.drain(count))
    telemetry.buffer.requeue(first ?? [])
    telemetry.buffer.requeue(second ?? [])
    expect(numbersOf(telemetry.buffer.drain(9))).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('stays within the capacity, and counts what no longer fits', () => {
    const { telemetry } = createTestTelemetry({ capacity: 4 })
    pushMany(telemetry, 4)
    const batch = telemetry.buffer.drain(3)
    pushMany(telemetry, 2, 5)
    telemetry.buffer.requeue(batch)
    expect(numbersOf(telemetry.buffer.peek(9))).toEqual([3, 4, 5, 6])
    expect(telemetry.stats()).toMatchObject({ pushed: 6, acked: 0, queued: 4, dropped: { overflow: 2 } })
  })

  it('passes over what it holds already, what it never held and what came twice', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 3)
    const [event, other] = telemetry.buffer.drain(2)
    if (!event || !other) throw new Error('Expected two events')
    const { buffer } = telemetry
    buffer.requeue([event, event, ...buffer.peek(1), { ...event, seq: 99 }, { ...event, sessionId: 'another' }])
    expect(numbersOf(buffer.peek(9))).toEqual([1, 3])
    buffer.requeue([other])
    expect(numbersOf(buffer.peek(9))).toEqual([1, 2, 3])
    expect(telemetry.stats()).toMatchObject({ pushed: 3, acked: 0, queued: 3, dropped: {} })
  })
})

it('clears what is queued, and counts it', () => {
  const { telemetry } = createTestTelemetry()
  pushMany(telemetry, 3)
  telemetry.buffer.clear()
  expect(telemetry.buffer.length).toBe(0)
  expect(telemetry.stats()).toMatchObject({ pushed: 3, queued: 0, dropped: { cleared: 3 } })
  pushMany(telemetry, 1, 4)
  expect(telemetry.buffer.peek(1)).toMatchObject([{ seq: 4 }])
})

describe('subscribe', () => {
  it('is told of every change, until it unsubscribes', () => {
    const { telemetry } = createTestTelemetry()
    const lengths: number[] = []
    const unsubscribe = telemetry.buffer.subscribe(() => lengths.push(telemetry.buffer.length))
    pushMany(telemetry, 2)
    telemetry.buffer.requeue(telemetry.buffer.drain(1))
    telemetry.buffer.clear()
    unsubscribe()
    unsubscribe()
    pushMany(telemetry, 1)
    expect(lengths).toEqual([1, 2, 1, 2, 0])
  })

  it('goes on past a listener that throws', () => {
    const { telemetry, world } = createTestTelemetry()
    let told = 0
    telemetry.buffer.subscribe(() => {
      throw new Error('broken')
    })
    telemetry.buffer.subscribe(() => told++)
    pushMany(telemetry, 1)
    expect([told, telemetry.buffer.length]).toEqual([1, 1])
    expect(world.warnings.join()).toContain('broken')
  })

  it('lets a listener come and go while it is told', () => {
    const { telemetry } = createTestTelemetry()
    let told = 0
    const listener = (): void => {
      told++
      unsubscribe()
      unsubscribe = telemetry.buffer.subscribe(listener)
    }
    let unsubscribe = telemetry.buffer.subscribe(listener)
    telemetry.buffer.subscribe(() => told++)
    pushMany(telemetry, 1)
    expect(told).toBe(2)
  })
})

describe('recent', () => {
  it('is the newest, oldest first, also after they were drained', () => {
    const { telemetry } = createTestTelemetry({ recentEvents: 4 })
    pushMany(telemetry, 6)
    telemetry.buffer.drain(6)
    expect([9, 3, 0].map((count) => numbersOf(telemetry.recent(count)))).toEqual([[3, 4, 5, 6], [4, 5, 6], []])
  })

  it('forgets what the player switched off', () => {
    const { telemetry } = createTestTelemetry()
    pushMany(telemetry, 3)
    telemetry.setEnabled(false)
    expect(telemetry.recent(9)).toEqual([])
  })
})

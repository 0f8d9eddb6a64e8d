import { describe, expect, it } from 'vitest'
import { createOpenTelemetry, createTestTelemetry, type FakeSocket, pushMany } from './test-doubles.ts'

/** The batches of a socket, as `[first sequence, elements]`. */
const batchesOf = (socket: FakeSocket): [number, number][] =>
  socket
    .frames()
    .flatMap((frame): [number, number][] => (frame.t === 'batch' ? [[frame.seq, frame.events.length]] : []))

describe('batches', () => {
  it('go every 1000 ms', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    await world.advance(999)
    expect(batchesOf(world.socket)).toEqual([])
    await world.advance(1)
    pushMany(telemetry, 2)
    await world.advance(1000)
    expect(batchesOf(world.socket)).toEqual([
      [1, 3],
      [4, 2],
    ])
  })

  it('go as soon as one is full, once the frame that filled it is over', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 49)
    await world.advance(0)
    expect(batchesOf(world.socket)).toEqual([])
    pushMany(telemetry, 2)
    expect(batchesOf(world.socket)).toEqual([])
    await world.advance(0)
    expect(batchesOf(world.socket)).toEqual([
      [1, 50],
      [51, 1],
    ])
  })

  it('keep going every 1000 ms after a full one went early', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    for (let second = 0; second < 3; second++) {
      pushMany(telemetry, 51)
      await world.advance(10)
      pushMany(telemetry, 1)
      await world.advance(1000)
    }
    expect(telemetry.stats().queued).toBe(0)
  })

  it('empty the backlog', async () => {
    const { world, telemetry } = createTestTelemetry()
    pushMany(telemetry, 1120)
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    expect(batchesOf(world.socket)).toHaveLength(23)
    expect(telemetry.stats()).toMatchObject({ queued: 0, inFlight: 1120 })
  })

  it('have the size that is set', async () => {
    const { world, telemetry } = await createOpenTelemetry({ batchSize: 2, drainIntervalMs: 10 })
    pushMany(telemetry, 3)
    await world.advance(10)
    expect(batchesOf(world.socket)).toEqual([
      [1, 2],
      [3, 1],
    ])
  })

  it('carry what was pushed, as it was', async () => {
    const { world, telemetry } = await createOpenTelemetry({ version: 2 })
    telemetry.push('tick', { n: 1 })
    telemetry.push('quit')
    await world.advance(1000)
    expect(world.socket.frames()[1]).toEqual({
      t: 'batch',
      seq: 1,
      pushed: 2,
      events: [
        { type: 'tick', timestamp: world.nowMs - 1000, data: { n: 1 }, version: 2 },
        { type: 'quit', timestamp: world.nowMs - 1000, version: 2 },
      ],
    })
  })

  it('carry a requeued event as any other', async () => {
    const { world, telemetry } = createTestTelemetry()
    pushMany(telemetry, 1)
    telemetry.buffer.requeue(telemetry.buffer.drain(1))
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    expect(world.socket.frames()[1]).toEqual({
      t: 'batch',
      seq: 1,
      pushed: 1,
      events: [{ type: 'tick', timestamp: world.nowMs, data: { n: 1 } }],
    })
  })

  it('stay below the bytes that a frame may have', async () => {
    const { world, telemetry } = await createOpenTelemetry({}, { maxBatchBytes: 131_072 })
    for (let n = 0; n < 5; n++) telemetry.push('tick', 'é'.repeat(20_000))
    await world.advance(1000)
    expect(batchesOf(world.socket)).toEqual([
      [1, 3],
      [4, 2],
    ])
    for (const text of world.socket.sent) expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(131_072)
  })

  it('stay below them with what stands around the events, also where these alone would fill the frame', async () => {
    const { world, telemetry } = await createOpenTelemetry({}, { maxBatchBytes: 131_072 })
    const emptyBytes = JSON.stringify({ type: 'tick', timestamp: world.nowMs, data: '' }).length
    // Each with the comma behind it is half of a frame.
    for (let n = 0; n < 2; n++) telemetry.push('tick', 'x'.repeat(65_535 - emptyBytes))
    await world.advance(1000)
    expect(batchesOf(world.socket)).toEqual([
      [1, 1],
      [2, 1],
    ])
    for (const { length } of world.socket.sent) expect(length).toBeLessThanOrEqual(131_072)
  })
})

describe('drops on the wire', () => {
  it('stand where the events would', async () => {
    const { world, telemetry } = createTestTelemetry({ capacity: 3 })
    pushMany(telemetry, 5)
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    expect(world.socket.frames()[1]).toMatchObject({
      seq: 1,
      pushed: 5,
      events: [{ drop: { overflow: 2 } }, { data: { n: 3 } }, { data: { n: 4 } }, { data: { n: 5 } }],
    })
  })

  it('are sent and acked like events where nothing else is', async () => {
    const { world, telemetry } = await createOpenTelemetry({ redact: () => undefined })
    pushMany(telemetry, 3)
    await world.advance(1000)
    expect(world.socket.frames()[1]).toMatchObject({ events: [{ drop: { sampled: 3 } }] })
    pushMany(telemetry, 2)
    await world.advance(1000)
    expect(world.socket.frames()[2]).toMatchObject({ seq: 4, events: [{ drop: { sampled: 2 } }] })
    world.socket.ack(5, { totals: { dropped: { sampled: 5 }, rejected: {} } })
    expect(telemetry.stats()).toMatchObject({ pushed: 5, acked: 0, dropped: { sampled: 5 } })
  })

  it('tell of what was drained by hand, and only some of it brought back', async () => {
    const { world, telemetry } = createTestTelemetry()
    pushMany(telemetry, 6)
    const events = telemetry.buffer.drain(5)
    telemetry.buffer.requeue(events.filter(({ seq }) => seq === 2 || seq === 4))
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.frames()[0]).toMatchObject({ next: 2, pushed: 6 })
    world.socket.welcome(1)
    expect(world.socket.frames()[1]).toMatchObject({
      seq: 2,
      events: [
        { data: { n: 2 } },
        { drop: { cleared: 1 } },
        { data: { n: 4 } },
        { drop: { cleared: 1 } },
        { data: { n: 6 } },
      ],
    })
  })
})

describe('what can’t be sent', () => {
  it('is dropped as unencodable, without harm to its neighbours', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    const circle: Record<string, unknown> = { n: 1 }
    circle.self = circle
    const parts: Set<unknown>[] = Array.from({ length: 30 }, () => new Set())
    for (const part of parts) for (const other of parts) part.add(other)
    telemetry.push('tick', 1)
    telemetry.push('tick', circle)
    telemetry.push('tick', parts)
    telemetry.push('tick', 4)
    await world.advance(1000)
    expect(world.socket.frames()[1]).toMatchObject({
      events: [{ data: 1 }, { drop: { unencodable: 2 } }, { data: 4 }],
    })
    expect(telemetry.stats()).toMatchObject({ inFlight: 2, dropped: { unencodable: 2 } })
  })

  it('is dropped as oversize over 64 KiB', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.push('tick', 'x'.repeat(65_000))
    telemetry.push('tick', 'x'.repeat(65_600))
    telemetry.push('tick', 3)
    await world.advance(1000)
    const { events } = JSON.parse(world.socket.sent[1] ?? '') as { readonly events: readonly unknown[] }
    expect(events.slice(1)).toMatchObject([{ drop: { oversize: 1 } }, { data: 3 }])
    expect(telemetry.stats()).toMatchObject({ inFlight: 2, dropped: { oversize: 1 } })
  })
})

describe('what JSON can’t say', () => {
  it('goes out by the rule of what a value becomes', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    telemetry.push('tick', {
      score: Number.NaN,
      id: 76561197960287930n,
      gone: new Map([['a', new Set([1])]]),
      name: '\ud83d',
    })
    telemetry.push('tick', new RangeError('no ship'))
    telemetry.push('tick', () => {})
    await world.advance(1000)
    const { events } = JSON.parse(world.socket.sent[1] ?? '') as { readonly events: readonly { data: unknown }[] }
    expect(events.map(({ data }) => data)).toEqual([
      { score: 'NaN', id: '76561197960287930', gone: [['a', [1]]], name: '\ufffd' },
      { name: 'RangeError', message: 'no ship', stack: expect.any(String) },
      undefined,
    ])
  })
})

describe('the window', () => {
  it('holds back what is beyond it, and goes on with each ack', async () => {
    const { world, telemetry } = await createOpenTelemetry({ windowEvents: 120 })
    pushMany(telemetry, 200)
    await world.advance(0)
    expect(batchesOf(world.socket)).toEqual([
      [1, 50],
      [51, 50],
      [101, 20],
    ])
    world.socket.ack(50)
    expect(batchesOf(world.socket).slice(3)).toEqual([[121, 50]])
    world.socket.ack(170)
    await world.advance(1000)
    expect(batchesOf(world.socket).slice(4)).toEqual([[171, 30]])
  })

  it('is the smaller of both ends’', async () => {
    const { world, telemetry } = await createOpenTelemetry({}, { window: 1 })
    pushMany(telemetry, 3)
    await world.advance(1000)
    world.socket.ack(1)
    expect(batchesOf(world.socket)).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('sends a full batch without waiting for the interval, also while acks trickle in', async () => {
    const { world, telemetry } = await createOpenTelemetry({ windowEvents: 50 })
    pushMany(telemetry, 50)
    await world.advance(0)
    pushMany(telemetry, 70, 51)
    await world.advance(0)
    world.socket.ack(50)
    expect(batchesOf(world.socket)).toEqual([
      [1, 50],
      [51, 50],
    ])
  })
})

describe('bufferedAmount', () => {
  it('pauses sending above the limit, until the next drain finds it lower', async () => {
    const { world, telemetry } = await createOpenTelemetry({ maxBufferedBytes: 1000 })
    world.socket.bufferedAmount = 1001
    pushMany(telemetry, 60)
    await world.advance(5000)
    expect(batchesOf(world.socket)).toEqual([])
    world.socket.bufferedAmount = 1000
    await world.advance(1000)
    expect(batchesOf(world.socket)).toEqual([
      [1, 50],
      [51, 10],
    ])
  })
})

describe('slow', () => {
  it('sends nothing for that long, and waits for no ack meanwhile', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 1)
    await world.advance(1000)
    world.socket.message({ t: 'slow', retryAfterMs: 25_000 })
    pushMany(telemetry, 100)
    await world.advance(24_000)
    expect(batchesOf(world.socket)).toHaveLength(1)
    expect(telemetry.status().status).toBe('open')
    await world.advance(2000)
    expect(batchesOf(world.socket)).toHaveLength(3)
  })

  it('wins over the backoff', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.message({ t: 'slow', retryAfterMs: 60_000 })
    world.socket.drop(4429)
    expect(telemetry.status()).toMatchObject({
      status: 'waiting',
      retryAtMs: world.environment.monotonicMs() + 60_000,
    })
  })

  it.each([-600_000, 600_000, 31_536_000_000])('takes as long where the wall clock is set by %i ms', async (stepMs) => {
    const { world, telemetry } = await createOpenTelemetry()
    world.socket.message({ t: 'slow', retryAfterMs: 5000 })
    world.wallOffsetMs += stepMs
    pushMany(telemetry, 100)
    await world.advance(4999)
    expect(batchesOf(world.socket)).toHaveLength(0)
    await world.advance(1001)
    expect(batchesOf(world.socket)).toHaveLength(2)
  })

  it.each([1e12, 2 ** 31 + 5, Number.MAX_SAFE_INTEGER])(
    'takes ten minutes at most, whoever asks for %i ms',
    async (ms) => {
      const { world, telemetry } = await createOpenTelemetry()
      world.socket.message({ t: 'slow', retryAfterMs: ms })
      pushMany(telemetry, 1)
      await world.advance(599_999)
      expect(batchesOf(world.socket)).toHaveLength(0)
      await world.advance(1001)
      expect(batchesOf(world.socket)).toHaveLength(1)
      world.socket.message({ t: 'slow', retryAfterMs: ms })
      world.socket.drop(4429)
      expect(world.timers).toEqual([600_000])
    },
  )
})

describe('the ack deadline', () => {
  it('gives a link up that leaves a batch unanswered', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    await world.advance(1000)
    await world.advance(9999)
    expect(telemetry.status().status).toBe('open')
    await world.advance(1001)
    expect(telemetry.status()).toMatchObject({ lastCode: 1006 })
    expect(telemetry.stats()).toMatchObject({ queued: 3, inFlight: 0 })
  })

  it('starts anew with any frame of the collector', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 3)
    await world.advance(1000)
    for (let n = 0; n < 6; n++) {
      await world.advance(8000)
      world.socket.message({ t: 'beat' })
    }
    expect(telemetry.status().status).toBe('open')
    await world.advance(12_000)
    expect(telemetry.status().status).not.toBe('open')
  })

  it('is not put off by sending more', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    for (let second = 0; second < 13; second++) {
      pushMany(telemetry, 1)
      await world.advance(1000)
    }
    expect(world.sockets.length > 1 || telemetry.status().status !== 'open').toBe(true)
  })

  it('does not run while nothing is expected', async () => {
    const { world, telemetry } = await createOpenTelemetry()
    pushMany(telemetry, 1)
    await world.advance(1000)
    world.socket.ack(1)
    await world.advance(120_000)
    expect(telemetry.status().status).toBe('open')
  })
})

describe('a batch that takes the link down', () => {
  const comeBack = async (
    { world, telemetry }: Awaited<ReturnType<typeof createOpenTelemetry>>,
    code: number,
  ): Promise<number> => {
    world.random = 0
    world.socket.drop(code)
    await world.advance(0)
    world.socket.welcome(telemetry.stats().acked)
    return batchesOf(world.socket)[0]?.[1] ?? 0
  }

  it('is halved after three losses without progress, down to one', async () => {
    const open = await createOpenTelemetry()
    pushMany(open.telemetry, 50)
    await open.world.advance(0)
    const sizes: number[] = []
    for (let loss = 0; loss < 20; loss++) sizes.push(await comeBack(open, 1006))
    expect(sizes).toEqual([50, 50, 25, 25, 25, 13, 13, 13, 7, 7, 7, 4, 4, 4, 2, 2, 2, 1, 1, 1])
    expect(open.telemetry.stats()).toMatchObject({ dropped: {}, inFlight: 50 })
  })

  it.each([4413, 1009])('is halved at once where it is too large (%i), and dropped when alone', async (code) => {
    const open = await createOpenTelemetry({ batchSize: 4 })
    pushMany(open.telemetry, 4)
    await open.world.advance(0)
    expect([await comeBack(open, code), await comeBack(open, code)]).toEqual([2, 1])
    await comeBack(open, code)
    expect(open.telemetry.stats()).toMatchObject({ dropped: { oversize: 1 }, inFlight: 3 })
    expect(open.world.socket.frames()[1]).toMatchObject({
      seq: 1,
      events: [{ drop: { oversize: 1 } }, { data: { n: 2 } }],
    })
  })

  it('grows again with each ack', async () => {
    const open = await createOpenTelemetry({ batchSize: 8 })
    const { world, telemetry } = open
    pushMany(telemetry, 8)
    await world.advance(0)
    await comeBack(open, 4413)
    expect(await comeBack(open, 4413)).toBe(2)
    world.socket.ack(2)
    world.socket.ack(8)
    pushMany(telemetry, 8)
    await world.advance(1000)
    expect(batchesOf(world.socket).at(-1)).toEqual([9, 8])
  })

  it('is not to blame where nothing was under way', async () => {
    const open = await createOpenTelemetry({ batchSize: 4 })
    for (let loss = 0; loss < 9; loss++) await comeBack(open, 4413)
    pushMany(open.telemetry, 4)
    await open.world.advance(0)
    expect(batchesOf(open.world.socket)).toEqual([[1, 4]])
  })
})

it('takes a send that throws for a lost link', async () => {
  const { world, telemetry } = await createOpenTelemetry()
  world.socket.send = () => {
    throw new Error('broken')
  }
  pushMany(telemetry, 3)
  await world.advance(1000)
  expect(telemetry.status().status).toBe('waiting')
  expect(telemetry.stats()).toMatchObject({ queued: 3, inFlight: 0 })
})

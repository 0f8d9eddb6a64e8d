import { describe, expect, it } from 'vitest'
import { type PlainOptions, plain } from './plain.ts'
import { createTestTelemetry, pushMany } from './test-doubles.ts'

describe('plain delivery', () => {
  it('sends bare arrays of full events, with neither subprotocol nor hello', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain(), version: 1 })
    pushMany(telemetry, 2)
    const events = telemetry.buffer.peek(2)
    telemetry.start()
    await world.advance(0)
    expect(world.socket.protocols).toEqual([])
    world.socket.open()
    expect(telemetry.status().status).toBe('open')
    expect(world.socket.sent.map((text) => JSON.parse(text))).toEqual([events])
  })

  it('sends NDJSON where told', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain({ format: 'ndjson' }) })
    pushMany(telemetry, 2)
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    const [first, second, end] = world.socket.sent.join('').split('\n')
    expect([first, second].map((line) => JSON.parse(line ?? ''))).toMatchObject([{ seq: 1 }, { seq: 2 }])
    expect(end).toBe('')
  })

  it('is done with what it sent', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain() })
    pushMany(telemetry, 120)
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.sent).toHaveLength(3)
    expect(telemetry.stats()).toMatchObject({ acked: 120, queued: 0, inFlight: 0 })
    world.socket.drop()
    await world.advance(1000)
    world.socket.open()
    expect(world.socket.sent).toEqual([])
  })

  it('keeps what it could not send', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain() })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    world.socket.bufferedAmount = 1e9
    pushMany(telemetry, 3)
    world.socket.drop()
    await world.advance(1000)
    world.socket.open()
    expect(JSON.parse(world.socket.sent[0] ?? '')).toHaveLength(3)
  })

  it('counts its drops itself, and says nothing of them', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain(), capacity: 2 })
    pushMany(telemetry, 3)
    telemetry.push('tick', { toJSON: () => JSON.parse('') })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(JSON.parse(world.socket.sent[0] ?? '')).toMatchObject([{ seq: 3 }])
    expect(telemetry.stats()).toMatchObject({ pushed: 4, acked: 1, dropped: { overflow: 2, unencodable: 1 } })
  })

  it('asks for no answer: no deadline, no ping, no exit flush, no end', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain() })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    pushMany(telemetry, 1)
    await world.advance(60_000)
    world.socket.message('{"t":"ack","seq":5}')
    world.show()
    world.hide()
    await world.advance(60_000)
    expect([telemetry.status().status, world.sockets.length, world.socket.sent.length]).toEqual(['open', 1, 1])
    pushMany(telemetry, 1, 2)
    world.leave()
    expect(world.posts).toEqual([])
    expect(world.socket.sent).toHaveLength(2)
  })

  it('resolves a flush once all is sent', async () => {
    const { world, telemetry } = createTestTelemetry({ delivery: plain() })
    telemetry.start()
    pushMany(telemetry, 3)
    const flushed = telemetry.flush()
    await world.advance(0)
    world.socket.open()
    expect(await flushed).toEqual({ acked: 3, remaining: 0 })
  })

  it.each([
    ['csv', true],
    ['csv', false],
    ['constructor', true],
    [5, true],
  ])('warns of a format of %j, in development: %s, and sends arrays', async (format, isDevelopment) => {
    const delivery = plain({ format } as unknown as PlainOptions)
    const got = `${JSON.stringify(format)}: json-array holds`
    const { world, telemetry } = createTestTelemetry({ delivery, isDevelopment })
    pushMany(telemetry, 1)
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(JSON.parse(world.socket.sent[0] ?? '')).toMatchObject([{ seq: 1 }])
    expect(world.warnings).toContain(`bad_option: Expected \`format\` to be json-array or ndjson, got ${got}`)
  })
})

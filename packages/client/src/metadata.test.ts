import { decodeClientFrame } from '@downlink/protocol'
import { expect, it } from 'vitest'
import type { TelemetryOptions } from './create-telemetry.ts'
import { createTestTelemetry, pushMany } from './test-doubles.ts'

/** The hello of a telemetry with these options, as a collector reads it, and what was warned of. */
async function introduce(options: object, isDevelopment = false) {
  const { world, telemetry } = createTestTelemetry({ ...(options as TelemetryOptions), isDevelopment })
  telemetry.start()
  await world.advance(0)
  world.socket.open()
  const hello = decodeClientFrame(world.socket.sent[0] ?? '')
  if (!hello.ok || hello.value.t !== 'hello') throw new Error('Expected a hello that a collector takes')
  return { hello: hello.value, warnings: world.warnings, world, telemetry }
}

it.each<[string, object, object, readonly string[]]>([
  ['numbers and booleans', { labels: { cores: 8, vr: true, os: 'x' } }, { cores: '8', vr: 'true', os: 'x' }, []],
  ['NaN and bigints', { labels: { fps: Number.NaN, id: 1n } }, { fps: 'NaN', id: '1' }, ['fps']],
  ['nothing, and a function', { labels: { a: undefined, b: () => {}, c: 'x' } }, { c: 'x' }, ['b']],
  ['half an emoji', { labels: { mood: '\ud83d!' } }, { mood: '\ufffd!' }, []],
  ['much text', { labels: { a: 'x'.repeat(1000) } }, { a: 'x'.repeat(256) }, ['a']],
  [
    'text that is cut in the middle of a character',
    { labels: { a: `${'x'.repeat(255)}🚀` } },
    { a: `${'x'.repeat(255)}\ufffd` },
    ['a'],
  ],
])('labels: %s', async (_, options, labels, named) => {
  const { hello, warnings } = await introduce(options, true)
  expect(hello.meta?.labels).toEqual(labels)
  expect(hello.leftOut).toBeUndefined()
  expect(warnings.length).toBe(named.length > 0 ? 1 : 0)
  for (const name of named) expect(warnings[0]).toContain(name)
})

it.each<[string, object, object, number]>([
  ['a build that is a number', { build: 142 }, { meta: { build: '142' } }, 0],
  ['a schema of 200 characters', { schema: 's'.repeat(200) }, { schema: 's'.repeat(128) }, 1],
  ['a schema that is a number', { schema: 7 }, { schema: '7' }, 0],
])('%s', async (_, options, part, count) => {
  const { hello, warnings } = await introduce(options, true)
  expect(hello).toMatchObject(part)
  expect([hello.leftOut, warnings.length]).toEqual([undefined, count])
})

it.each([
  ['labels that are null', { labels: null }],
  ['labels that are text', { labels: 'os' }],
  ['a label that is an object', { labels: { screen: { width: 5 } } }],
  ['labels in a circle', { labels: circular() }],
  ['labels with a getter that throws', { labels: Object.defineProperty({}, 'a', { enumerable: true, get: thrower }) }],
  ['labels named __proto__', { labels: JSON.parse('{"__proto__":5}') }],
  [
    'more labels than there is room for',
    { labels: Object.fromEntries(Array.from({ length: 90 }, (_, n) => [n, 'x'.repeat(99)])) },
  ],
  ['a build that is an object', { build: {} }],
])('%s cost no session', async (_, options) => {
  const { world, telemetry } = await introduce(options)
  world.socket.welcome()
  pushMany(telemetry, 1)
  await world.advance(1000)
  expect(world.socket.frames().at(-1)).toMatchObject({ t: 'batch', seq: 1 })
})

function circular(): object {
  const labels: Record<string, unknown> = { os: 'x' }
  labels.self = labels
  return labels
}

function thrower(): never {
  throw new Error('no')
}

it.each([1.5, 0, -1, '2', Number.NaN, 2 ** 31])(
  'a version of %j stamps nothing, rather than have every event rejected',
  async (version) => {
    const { world, telemetry, warnings } = await introduce({ version })
    world.socket.welcome()
    pushMany(telemetry, 1)
    await world.advance(1000)
    expect(world.socket.sent.at(-1)).toContain('"tick"')
    expect(world.socket.sent.at(-1)).not.toContain('version')
    expect(warnings).toEqual([expect.stringContaining('version')])
  },
)

it.each(['a blank', '', 'plain:x', 'x'.repeat(65), 5])(
  'a sessionId of %j is replaced, and never trimmed',
  async (sessionId) => {
    const { hello, warnings, telemetry } = await introduce({ sessionId }, true)
    expect(hello.session).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(telemetry.sessionId).toBe(hello.session)
    expect(warnings).toEqual([expect.stringContaining('sessionId')])
  },
)

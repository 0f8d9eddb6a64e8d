import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { type ClientOptions, telemetryDefaults, withDefaults } from './options.ts'
import type { Delivery } from './ports.ts'
import { createFakeWorld, createTestTelemetry, pushMany } from './test-doubles.ts'

it('takes an option that is undefined or null for one left out', () => {
  const { environment, warnings } = createFakeWorld()
  const options = { capacity: undefined, batchSize: null, getToken: null, version: null, redact: null, url: '/t' }
  expect(withDefaults(options as unknown as ClientOptions, environment)).toMatchObject({
    capacity: 5000,
    batchSize: 50,
    getToken: undefined,
    version: undefined,
    url: '/t',
  })
  expect(warnings).toEqual([])
})

const wrongOptions: readonly [object, string][] = [
  [{ capacity: -3 }, 'Expected `capacity` to be a whole number from 1 to 2147483647, got -3'],
  [{ batchSize: 0 }, 'Expected `batchSize` to be a whole number from 1 to 2147483647, got 0'],
  [{ drainIntervalMs: 0.5 }, 'Expected `drainIntervalMs` to be a whole number from 1 to 2147483647, got 0.5'],
  [{ windowEvents: Number.NaN }, 'Expected `windowEvents` to be a whole number from 1 to 2147483647, got "NaN"'],
  [{ maxBufferedBytes: '5' }, 'Expected `maxBufferedBytes` to be a whole number from 1 to 2147483647, got "5"'],
  [{ capacity: 2 ** 32 }, 'Expected `capacity` to be a whole number from 1 to 2147483647, got 4294967296'],
  [
    { recentEvents: Number.MAX_SAFE_INTEGER },
    'Expected `recentEvents` to be a whole number from 1 to 2147483647, got 9007199254740991',
  ],
  [{ version: 1.5 }, 'Expected `version` to be a whole number from 1 to 2147483647, got 1.5'],
  [{ enabled: 'true' }, 'Expected `enabled` to be true or false, got "true"'],
  [{ copy: 'yes' }, 'Expected `copy` to be true or false, got "yes"'],
  [{ url: 5 }, 'Expected `url` to be a string, got 5'],
  [{ getToken: 'k' }, 'Expected `getToken` to be a function, got "k"'],
  [{ delivery: 'plain' }, 'Expected `delivery` to be a function, got "plain"'],
]

/** What a player was promised: no default takes its place. */
const wrongPromises: readonly [object, string][] = [
  [{ consent: 1 }, 'Expected `consent` to be true or false, got 1'],
  [{ consent: 'false' }, 'Expected `consent` to be true or false, got "false"'],
  [{ redact: true }, 'Expected `redact` to be a function, got true'],
]

describe('a wrong option', () => {
  it.each([
    ...wrongOptions,
    [{ overflow: 'drop-all' }, 'Expected `overflow` to be drop-oldest or drop-newest, got "drop-all"'] as const,
    ...wrongPromises,
  ])('%j is explained once in development, and the telemetry is there', (options, message) => {
    const { telemetry, world } = createTestTelemetry({ ...(options as ClientOptions), isDevelopment: true })
    telemetry.start()
    pushMany(telemetry, 1)
    expect(telemetry.stats().pushed).toBe(telemetry.enabled ? 1 : 0)
    expect(world.warnings).toEqual([expect.stringMatching(/^bad_option: /)])
    expect(world.warnings[0]).toContain(`${message}: `)
  })

  it.each([
    [{ capacity: 'big' }, '5000 holds'],
    [{ overflow: 'drop-all' }, '"drop-oldest" holds'],
    [{ url: 5 }, 'it is left out'],
    [{ consent: 'yes' }, 'it counts as a no'],
    [{ redact: true }, 'no event is sent, since nobody knows what it was to hide'],
  ])('says in development what holds in the place of %j', (options, instead) => {
    const { world } = createTestTelemetry({ ...(options as unknown as ClientOptions), isDevelopment: true })
    expect(world.warnings).toEqual([expect.stringMatching(new RegExp(`: ${instead}$`))])
  })

  it.each([...wrongOptions, ...wrongPromises])('%j has the same settings in development', (options) => {
    const { backoffCapMs: _, ...developed } = withDefaults(
      options as ClientOptions,
      createFakeWorld({}, true).environment,
    )
    const { backoffCapMs: __, ...produced } = withDefaults(options as ClientOptions, createFakeWorld().environment)
    expect(developed).toEqual(produced)
  })

  it.each(wrongOptions)('%j is warned of once in production, and the default holds', async (options) => {
    const { environment, warnings } = createFakeWorld()
    const settings = withDefaults(options as ClientOptions, environment)
    const [name = ''] = Object.keys(options)
    expect(settings[name as keyof typeof settings]).toBe(telemetryDefaults[name as keyof typeof telemetryDefaults])
    expect(warnings).toEqual([expect.stringContaining(name)])
  })

  it.each(wrongPromises)('%j is warned of once in production, and no event leaves', async (options) => {
    const { world, telemetry } = createTestTelemetry(options)
    pushMany(telemetry, 1)
    telemetry.start()
    await world.advance(0)
    expect([telemetry.buffer.length, telemetry.recent(9)]).toEqual([0, []])
    const [name = ''] = Object.keys(options)
    expect(world.warnings).toEqual([expect.stringContaining(name)])
  })

  it.each(wrongOptions.filter(([options]) => !('enabled' in options)))('%j costs no event', async (options) => {
    const { world, telemetry } = createTestTelemetry(options as ClientOptions)
    pushMany(telemetry, 1)
    telemetry.start()
    await world.advance(0)
    world.socket.welcome()
    expect(world.socket.frames()).toMatchObject([{ t: 'hello' }, { t: 'batch', seq: 1 }])
  })

  it('is warned of, each by its name', () => {
    const { environment, warnings } = createFakeWorld()
    const options = { enabled: 'true', capacity: 0, version: 1.5 }
    withDefaults(options as unknown as ClientOptions, environment)
    expect(warnings.sort()).toEqual(['bad_option: capacity', 'bad_option: enabled', 'bad_option: version'])
  })

  it('lets nothing out that a `redact` of the wrong kind was to hide', () => {
    const { telemetry } = createTestTelemetry({ redact: 'chat' as unknown as NonNullable<ClientOptions['redact']> })
    pushMany(telemetry, 1)
    expect(telemetry.stats()).toMatchObject({ pushed: 1, queued: 0, dropped: { unencodable: 1 } })
  })

  it('throws nothing into a game that pushes, where a delivery brings none', async () => {
    for (const delivery of [() => undefined, () => () => undefined]) {
      const { telemetry } = createTestTelemetry({ delivery: delivery as unknown as Delivery })
      telemetry.start()
      pushMany(telemetry, 1)
      expect(telemetry.stats().queued).toBe(1)
    }
  })

  it('is no reason to throw where there are none at all', () => {
    expect(() => createTelemetry(null as unknown as ClientOptions)).not.toThrow()
  })
})

describe('downlinkConfig', () => {
  it.each(['{"enabled":false}', false, 5])('that is %j is warned of: it may be a kill switch', (config) => {
    const { world } = createTestTelemetry({ environment: { readConfig: () => config } })
    expect(world.warnings).toEqual([expect.stringContaining('downlinkConfig')])
  })

  it.each<[string, () => unknown]>([
    ['null', () => null],
    ['text', () => 'https://collector.example'],
    ['a number', () => 5],
    ['a list', () => ['https://collector.example']],
    [
      'a getter that throws',
      () => {
        throw new Error('no')
      },
    ],
    [
      'an object whose getter throws',
      () => ({
        get url(): string {
          throw new Error('no')
        },
      }),
    ],
    ['an object of nothing', () => ({ url: undefined, key: null, enabled: undefined, capacity: -1 })],
  ])('that is %s changes nothing, and stops no game', async (_, readConfig) => {
    const { world, telemetry } = createTestTelemetry({ url: '/built-in', key: 'k', environment: { readConfig } })
    telemetry.start()
    await world.advance(0)
    world.socket.open()
    expect(world.socket.url).toBe('wss://game.example/built-in')
    expect(world.socket.frames()[0]).toMatchObject({ key: 'k' })
    expect(world.warnings.length).toBeLessThanOrEqual(1)
  })

  it('with a flag of the wrong kind is off: so it is by default', () => {
    const { world, telemetry } = createTestTelemetry({ environment: { readConfig: () => ({ enabled: 'true' }) } })
    expect(telemetry.enabled).toBe(false)
    expect(world.warnings).toEqual([expect.stringContaining('enabled')])
  })
})

import { expect, it, onTestFinished, vi } from 'vitest'
import { attachTelemetry } from './attach.ts'
import { auto, idle, player } from './auto.ts'
import { createTelemetry, type TelemetryOptions } from './create-telemetry.ts'
import { createDevelopment, type DevelopmentWorld } from './development.ts'
import { plain } from './plain.ts'
import { createSpool } from './spool/create-spool.ts'
import { createFakeWorld, type FakeSocket } from './test-doubles.ts'

/** What a developer reads of a telemetry with these options, whose first call is answered by nobody. */
function aDeveloper(options: object, world: DevelopmentWorld = {}) {
  const warnings: string[] = []
  const development = createDevelopment((message) => warnings.push(message), world)
  const fake = createFakeWorld({ development, warn: (message) => warnings.push(message) })
  const create = () =>
    createTelemetry({ enabled: true, ...(options as TelemetryOptions), environment: fake.environment })
  return { world: fake, warnings, telemetry: create(), create }
}

it.each([
  ['createTelemetry', { usr: '/t' }, 'There is no option `usr`: did you mean `url`?'],
  ['createTelemetry', { sesionId: 's' }, 'There is no option `sesionId`: did you mean `sessionId`?'],
  [
    'createSpool',
    { spool: createSpool({ maxBites: 5 } as object) },
    'There is no option `maxBites`: did you mean `maxBytes`?',
  ],
  ['plain', { delivery: plain({ formt: 'ndjson' } as object) }, 'There is no option `formt`: did you mean `format`?'],
])('names an option that %s has not, once, and goes on: %j', (_, options, sentence) => {
  const { warnings, create } = aDeveloper(options)
  create()
  expect(warnings).toEqual([sentence])
})

it('knows each option that there is', () => {
  const all: { readonly [Name in keyof Required<TelemetryOptions>]: TelemetryOptions[Name] } = {
    ...{ url: '/t', key: 'k', getToken: () => 'k', enabled: true, consent: true, delivery: (world) => world },
    ...{ batchSize: 5, drainIntervalMs: 5, windowEvents: 5, maxBufferedBytes: 5, ackDeadlineMs: 5 },
    ...{ backoffBaseMs: 5, backoffCapMs: 5, minUptimeMs: 5, exitBudgetBytes: 5, capacity: 5, recentEvents: 5 },
    ...{ overflow: 'drop-newest', copy: true, policies: undefined, redact: (event) => event, spool: createSpool() },
    ...{ build: '1', labels: { team: 'red' }, schema: 's', version: 1, sessionId: 's', environment: {} },
  }
  expect(aDeveloper(all).warnings).toEqual([])
})

it('names what downlinkConfig has that nothing reads', () => {
  const { warnings } = aDeveloper({}, { readConfig: () => ({ urll: '/t', enabled: true }) })
  expect(warnings).toEqual(['downlinkConfig: There is no option `urll`: did you mean `url`?'])
})

it.each<[string, string, () => void]>([
  ['attachTelemetry', 'There is no option `evnt`: did you mean `event`?', () => attach({ evnt: 'x' })],
  ['idle', 'There is no option `after`: did you mean `afterMs`?', () => idle({ after: 5 } as object)],
  ['player', 'There is no option `keys`: did you mean `key`?', () => player({ keys: 'x' } as object)],
  ['auto', 'There is no option `frames`', () => auto(aDeveloper({}).telemetry, { frames: false } as object)],
])('names an option that %s has not', (_, sentence, use) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  use()
  expect(warn.mock.calls).toEqual([[`[downlink] ${sentence}`]])
})

const attach = (options: object): unknown => attachTelemetry({ on: () => () => {} }, { push: () => {} }, options)

it.each([
  [{ labels: { team: 3, vr: true } }, []],
  [{ labels: { team: { name: 'red' } } }, ['Left out: label `team`, which is no text, but an object']],
  [{ labels: { team: 'x'.repeat(300) } }, ['Cut: label `team`, to 256 characters']],
  [{ labels: { fps: Number.NaN } }, ['Made to fit: label `fps`, of which is kept: NaN']],
  [{ build: 7 }, []],
  [
    { build: {}, sessionId: 'a blank' },
    [
      'Left out: option `build`, which is no text, but an object',
      'Left out: option `sessionId`, which is the text "a blank"',
    ],
  ],
])('says of each part of the metadata what became of it: %j', (options, sentences) => {
  expect(aDeveloper(options).warnings).toEqual(sentences)
})

const health = '{"status":"ok"}'

it.each([
  [
    'a collector is elsewhere at its origin',
    { 'https://game.example/healthz': health },
    'No collector takes events at wss://game.example/play/t, but one does at /telemetry: set that as the path of `url`',
  ],
  [
    'a collector is beside it',
    { 'https://game.example/play/healthz': health },
    'No collector takes events at wss://game.example/play/t, but one does at /play/telemetry: set that as the path of `url`',
  ],
  [
    'another server answers',
    { 'https://game.example/play/healthz': 404, 'https://game.example/healthz': '<title>Game</title>' },
    'No collector takes events at wss://game.example/play/t: https://game.example/play/healthz answers 404, so is `url` right, with its path, which is `/telemetry` unless the collector is below another?',
  ],
  [
    'another page answers',
    { 'https://game.example/play/healthz': '<title>Game</title>' },
    expect.stringContaining(
      'https://game.example/play/healthz answers with no health of a collector, so is `url` right',
    ),
  ],
  ['a server of another origin answers', { hidden: '' }, expect.stringContaining('does not let this page see what')],
  [
    'nothing answers',
    {},
    'No collector takes events at wss://game.example/play/t: nothing answers there. Is it running?',
  ],
])(
  'says once why nobody takes the connection, in the status too, where %s',
  async (_, answers: Record<string, string | number>, sentence) => {
    const asked: string[] = []
    const { world, telemetry, warnings } = aDeveloper(
      { url: '/play/t' },
      {
        async ask(url, { mode }) {
          asked.push(url)
          const answer = mode === 'cors' ? answers[url] : answers.hidden
          if (answer === undefined) throw new TypeError('Failed to fetch')
          return typeof answer === 'number' ? new Response('', { status: answer }) : new Response(answer)
        },
      },
    )
    telemetry.start()
    await world.advance(0)
    world.socket.drop()
    await expect.poll(() => telemetry.status().status).toBe('waiting')
    expect(telemetry.status()).toMatchObject({ lastCode: 1006, message: sentence })
    const count = asked.length
    await world.advance(1000)
    world.socket.drop()
    await world.advance(0)
    expect(telemetry.status()).toMatchObject({ attempt: 2, message: sentence })
    expect([warnings, asked.length]).toEqual([[sentence], count])
  },
)

it.each([
  ['within three seconds', {}, 3000],
  ['as the game says', { backoffCapMs: 20_000 }, 20_000],
])('tries again %s, however often nobody has answered', async (_, options, capMs) => {
  const { world, telemetry } = aDeveloper(options)
  world.random = 1 - 2 ** -40
  telemetry.start()
  for (let calls = 0; calls < 9; calls++) {
    await world.advance(capMs)
    world.socket.drop()
  }
  expect(world.timers).toEqual([capMs])
})

it.each([
  ['https://game.example/', 'ws://127.0.0.1:4180/telemetry', true],
  ['https://game.example/', 'ws://192.168.1.7:4180/telemetry', true],
  ['http://localhost:8080/', 'ws://127.0.0.1:4180/telemetry', false],
  ['https://game.example/', 'wss://telemetry.example/telemetry', false],
])('names what a browser may forbid a page of %s that calls %s: %s', async (pageUrl, url, isNamed) => {
  const { world, telemetry, warnings } = aDeveloper({ url }, { pageUrl, ask: () => Promise.reject(new TypeError()) })
  telemetry.start()
  await world.advance(0)
  world.socket.drop()
  await expect.poll(() => warnings.length).toBe(1)
  expect([warnings[0]?.includes('nothing answers there'), warnings[0]?.includes('local network')]).toEqual([
    true,
    isNamed,
  ])
})

it.each([
  ['ws://127.0.0.1:4180/telemetry', 'npx @downlink/cli serve --port 4180 starts one.'],
  ['ws://localhost:4181/telemetry', 'npx @downlink/cli serve --port 4181 starts one.'],
  ['ws://localhost:5173/__downlink/telemetry', undefined],
  ['wss://localhost:4180/telemetry', undefined],
  ['ws://192.168.1.7:4180/telemetry', undefined],
])('says how to start the collector of %s: %s, and once that it is there', async (url, command) => {
  const { world, telemetry, warnings } = aDeveloper({ url }, { ask: () => Promise.reject(new TypeError()) })
  telemetry.start()
  await world.advance(0)
  world.socket.drop()
  await expect.poll(() => warnings.length).toBe(1)
  expect(/npx .*/.exec(warnings[0] ?? '')?.[0]).toBe(command)
  for (let calls = 0; calls < 2; calls++) {
    await world.advance(3000)
    world.socket.welcome()
    world.socket.drop(1012)
  }
  expect(warnings.slice(1)).toEqual([`A collector takes events at ${url}`])
})

it('asks nobody where the connection was taken, or its owner has let it go', async () => {
  const asked: string[] = []
  const ask = async (url: string) => {
    asked.push(url)
    return new Response(health)
  }
  const { world, telemetry, warnings } = aDeveloper({}, { ask })
  telemetry.start()
  await world.advance(0)
  world.socket.welcome()
  world.socket.drop()
  expect(telemetry.status().status).toBe('waiting')
  await world.advance(1000)
  world.socket.drop()
  telemetry.stop()
  await world.advance(0)
  expect([telemetry.status().status, asked.length > 0, warnings]).toEqual(['idle', true, []])
})

it.each([
  ['says nothing', (socket: FakeSocket) => void socket],
  ['takes the connection and says nothing that a collector says', (socket: FakeSocket) => socket.open()],
])('says why where whoever is there %s', async (_, meet) => {
  const { world, telemetry, warnings } = aSilentCall({})
  telemetry.start()
  await world.advance(0)
  meet(world.socket)
  await world.advance(3000)
  await expect
    .poll(() => telemetry.status())
    .toMatchObject({ lastCode: 1006, message: expect.stringContaining('nothing answers') })
  expect([warnings.length, world.sockets[0]?.closedWith]).toEqual([1, 1000])
})

it('leaves a collector its time that is slow', async () => {
  const { world, telemetry, warnings, asked } = aSilentCall({ 'https://game.example/healthz': health })
  telemetry.start()
  await world.advance(3000)
  await expect.poll(() => asked.length).toBe(1)
  await world.advance(1000)
  world.socket.welcome()
  expect([telemetry.status().status, warnings]).toEqual(['open', []])
})

/** What is asked is answered with a text, or by nobody. */
function aSilentCall(answers: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const later: DevelopmentWorld['setTimer'] = (run, delayMs) => made.world.environment.setTimer(run, delayMs)
  const made = aDeveloper(
    {},
    {
      setTimer: later,
      async ask(url) {
        asked.push(url)
        const answer = answers[url]
        if (answer === undefined) throw new TypeError('Failed to fetch')
        return new Response(answer)
      },
    },
  )
  return { ...made, asked }
}

import { expect, it, vi } from 'vitest'
import type { AdapterOptions } from './adapter-options.ts'
import type { Artifact, WrittenArtifact } from './artifact.ts'
import { ArtifactError } from './errors.ts'
import type { ExportContext } from './export-context.ts'
import { MemoryTelemetryWriter } from './memory-telemetry-writer.ts'
import type { PublishResult } from './publish-result.ts'
import { TelemetryArtifactWriterAdapter } from './telemetry-artifact-writer-adapter.ts'
import { anArtifact, fakeTime, never, settled, streamOf, textOf } from './test-doubles.ts'
import type { WriteContext } from './writer.ts'

const a = anArtifact({ filename: 'a.json' })
const b = anArtifact({ filename: 'b.json' })
const c = anArtifact({ filename: 'c.json' })

/** An adapter with everything around it under control. */
function setUp(options: AdapterOptions) {
  const time = fakeTime()
  const events: [string, Record<string, unknown>][] = []
  const warnings: string[] = []
  const adapter = new TelemetryArtifactWriterAdapter({
    now: time.now,
    setTimer: time.setTimer,
    eventBus: { emit: (name, payload) => void events.push([name, payload as Record<string, unknown>]) },
    logger: { warn: (message) => void warnings.push(message) },
    ...options,
  })
  return { adapter, time, events, warnings }
}

/** A writer that notes when it begins and ends, and takes its time. */
function slow(id: string, log: string[], time: { setTimer: (run: () => void, ms: number) => void }, ms: number) {
  return {
    id,
    async write(artifact: Artifact): Promise<WrittenArtifact> {
      log.push(`${id} ${artifact.filename}`)
      await new Promise<void>((resolve) => time.setTimer(resolve, ms))
      log.push(`${id} ${artifact.filename} done`)
      return { ...artifact, bytes: 1 }
    },
  }
}

const codes = (metrics: { failures: readonly { writer: string; filename: string; code: string }[] }) =>
  metrics.failures.map(({ writer, filename, code }) => `${writer} ${filename} ${code}`)

it('hands artifacts out in order, each to all writers in theirs', async () => {
  const log: string[] = []
  const time = fakeTime()
  const { adapter } = setUp({ writers: [slow('one', log, time, 20), slow('two', log, time, 10)], ...time })
  const writing = adapter.writeArtifacts([a, b])
  await time.pass(100)
  await writing
  expect(log).toEqual([
    'one a.json',
    'two a.json',
    'two a.json done',
    'one a.json done',
    'one b.json',
    'two b.json',
    'two b.json done',
    'one b.json done',
  ])
})

it('lets no more writers work at once than it may', async () => {
  const log: string[] = []
  const time = fakeTime()
  const writers = ['one', 'two', 'three'].map((id, at) => slow(id, log, time, 10 * (3 - at)))
  const { adapter } = setUp({ writers, concurrency: 2, ...time })
  const writing = adapter.writeArtifacts([a])
  await time.pass(100)
  expect((await writing).written.map(({ writer }) => writer)).toEqual(['one', 'two', 'three'])
  expect(log.map((line) => line.replace(' a.json', ''))).toEqual([
    'one',
    'two',
    'two done',
    'three',
    'one done',
    'three done',
  ])
})

it('counts and times by an injected clock', async () => {
  const log: string[] = []
  const time = fakeTime()
  const failing = () => Promise.reject(new Error('no'))
  const { adapter } = setUp({ writers: [slow('slow', log, time, 20), failing], ...time })
  const writing = adapter.writeArtifacts([a, b])
  await time.pass(40)
  expect(await writing).toEqual({
    attempted: 4,
    written: [
      { writer: 'slow', section: 'summary', filename: 'a.json', mimeType: 'application/json', bytes: 1 },
      { writer: 'slow', section: 'summary', filename: 'b.json', mimeType: 'application/json', bytes: 1 },
    ],
    failures: ['a.json', 'b.json'].map((filename) => ({
      writer: 'failing',
      section: 'summary',
      filename,
      code: 'write_failed',
      message: 'no',
      cause: 'no',
    })),
    writerSummaries: [
      { id: 'slow', attempted: 2, successes: 2, failures: 0, durationMs: 40 },
      { id: 'failing', attempted: 2, successes: 0, failures: 2, durationMs: 0 },
    ],
    durationMs: 40,
  })
})

it('takes writers as objects, functions and configs, and gives each a name of its own', async () => {
  const seen: unknown[] = []
  const resolved = new MemoryTelemetryWriter({ id: 'resolved' })
  const { adapter } = setUp({
    writers: [
      new MemoryTelemetryWriter(),
      { memory: true },
      { bucket: 'b' },
      (artifact: Artifact) => void seen.push(artifact.filename),
      {
        write: async () => ({ ...a, bytes: 7, path: '/x', sha256: 'f', filename: 'other', mimeType: 'm', extra: 1 }),
      } as never,
    ],
    resolveWriter: (config) => ('bucket' in config ? resolved : undefined),
  })
  const { written } = await adapter.writeArtifacts([anArtifact({ content: 'ü' })])
  expect(written.map(({ writer, bytes }) => [writer, bytes])).toEqual([
    ['memory', 3],
    ['memory-2', 3],
    ['resolved', 3],
    ['writer-4', 3],
    ['writer-5', 7],
  ])
  expect(written[4]).toEqual({
    writer: 'writer-5',
    section: 'summary',
    filename: 'other',
    mimeType: 'm',
    bytes: 7,
    path: '/x',
    sha256: 'f',
  })
  expect([seen, resolved.artifacts.length]).toEqual([['summary.json'], 1])
})

it.each([undefined, null, 5, 'fs', {}, { artifactRoot: './x' }, { memory: false }])(
  'refuses %j as a writer',
  (given) => {
    expect(() => setUp({ writers: [() => {}, given as never] })).toThrow(
      expect.objectContaining({ code: 'unknown_writer', message: expect.stringContaining('`writers[1]`') }),
    )
  },
)

it.each(['concurrency', 'timeoutMs', 'graceMs', 'publishTimeoutMs', 'maxBufferedBytes'])('refuses a bad %s', (name) => {
  for (const value of [0, -1, 1.5, Number.NaN, 2 ** 31, '5']) {
    expect(() => setUp({ writers: [], [name]: value })).toThrow(`Expected \`${name}\` to be a whole number from 1 to`)
  }
})

it('isolates a writer that throws, at once or later, and whatever it throws', async () => {
  const bad = [
    function atOnce() {
      throw new Error('at once', { cause: new Error('outer', { cause: new Error('ENOSPC: no room') }) })
    },
    async function later() {
      throw 'a text'
    },
    async function strange() {
      throw Object.create(null)
    },
    async function coded() {
      throw new ArtifactError('disk_full', 'full')
    },
  ]
  const memory = new MemoryTelemetryWriter()
  const { adapter, events, warnings } = setUp({ writers: [...bad, memory] })
  const metrics = await adapter.writeArtifacts([a, b])
  expect(memory.artifacts).toHaveLength(2)
  expect(metrics.failures.slice(0, 4)).toMatchObject([
    { writer: 'atOnce', code: 'write_failed', message: 'at once', cause: 'ENOSPC: no room' },
    { writer: 'later', code: 'write_failed', message: 'a text', cause: 'a text' },
    { writer: 'strange', code: 'write_failed', message: 'something that has no text was thrown' },
    { writer: 'coded', code: 'disk_full' },
  ])
  expect(metrics.attempted).toBe(metrics.written.length + metrics.failures.length)
  expect(warnings[0]).toBe('[downlink] atOnce did not write "a.json": write_failed: at once (ENOSPC: no room)')
  expect(events.map(([name]) => name)).toEqual([
    ...Array(8).fill('telemetry:artifact_failed'),
    'telemetry:artifacts_written',
  ])
  expect(events[0]?.[1]).toMatchObject({
    writer: 'atOnce',
    filename: 'a.json',
    cause: 'ENOSPC: no room',
    error: expect.objectContaining({ message: 'at once' }),
  })
})

it('tells of what was written and where, with the context, and not when nothing was', async () => {
  const context = { missionId: 'cascade' }
  const file = { id: 'file', write: async () => ({ ...a, bytes: 3, path: '/out/a.json', sha256: 'ab' }) }
  const { adapter, events } = setUp({ writers: [file] })
  await adapter.writeArtifacts([a], context)
  expect(events).toEqual([
    [
      'telemetry:artifacts_written',
      expect.objectContaining({
        attempted: 1,
        written: [expect.objectContaining({ writer: 'file', path: '/out/a.json', sha256: 'ab', bytes: 3 })],
        context,
      }),
    ],
  ])
  events.length = 0
  await adapter.writeArtifacts([])
  await adapter.writeArtifacts([anArtifact({ filename: '../a' })])
  expect(events.map(([name]) => name)).toEqual(['telemetry:artifact_failed'])
})

it('goes on when the bus throws, and when the logger does', async () => {
  const warnings: string[] = []
  const eventBus = {
    emit() {
      throw new Error('bus')
    },
  }
  const loud = setUp({
    writers: [{ memory: true }],
    eventBus,
    logger: { warn: (message) => void warnings.push(message) },
  })
  expect((await loud.adapter.writeArtifacts([a])).written).toHaveLength(1)
  expect(warnings).toEqual(['[downlink] The event bus failed at telemetry:artifacts_written: bus'])
  const logger = {
    warn() {
      throw new Error('logger')
    },
  }
  const mute = setUp({ writers: [{ memory: true }, () => Promise.reject('no')], eventBus, logger })
  expect(await mute.adapter.writeArtifacts([a])).toMatchObject({ attempted: 2, failures: [{ cause: 'no' }] })
})

it('goes on when a bus or a logger rejects later, and says so once it does', async () => {
  const warnings: string[] = []
  const eventBus = { emit: async () => Promise.reject(new Error('bus')) }
  const loud = setUp({ writers: [{ memory: true }], eventBus, logger: { warn: (text) => void warnings.push(text) } })
  expect((await loud.adapter.writeArtifacts([a])).written).toHaveLength(1)
  await settled()
  expect(warnings).toEqual(['[downlink] The event bus failed at telemetry:artifacts_written: bus'])
  const logger = { warn: async () => Promise.reject(new Error('logger')) }
  const mute = setUp({ writers: [() => Promise.reject('no')], eventBus, logger })
  expect(await mute.adapter.writeArtifacts([a])).toMatchObject({ failures: [{ cause: 'no' }] })
  // An unhandled rejection would fail the run.
  await settled()
})

it.each<[string, () => unknown, string]>([
  ['a symbol', () => Symbol('odd'), 'Symbol(odd)'],
  ['an object without text', () => Object.create(null), 'something that has no text was thrown'],
  [
    'a message that is no text',
    () => Object.assign(new Error(), { message: { status: 500 } }),
    'Error: [object Object]',
  ],
  [
    'a cause that throws',
    () =>
      Object.defineProperty(new Error('read me'), 'cause', {
        get() {
          throw new Error('not me')
        },
      }),
    'read me',
  ],
])('fails one artifact where a writer throws %s', async (_, thrown, message) => {
  const fail = () => Promise.reject(thrown())
  const { adapter, warnings } = setUp({ writers: [{ memory: true }, fail] })
  const metrics = await adapter.writeArtifacts([a, b])
  expect(metrics).toMatchObject({
    written: [{}, {}],
    failures: [{ message, cause: message }, { code: 'write_failed' }],
  })
  expect(warnings).toHaveLength(2)
})

it('fails one artifact where the receipt of a writer can not be read', async () => {
  const receipt = Object.defineProperty({}, 'path', {
    get() {
      throw new Error('no path yet')
    },
  })
  const { adapter } = setUp({ writers: [{ memory: true }, () => receipt] })
  expect(await adapter.writeArtifacts([a])).toMatchObject({ written: [{}], failures: [{ message: 'no path yet' }] })
})

it('warns on the console unless told otherwise', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await new TelemetryArtifactWriterAdapter({ writers: [() => Promise.reject('no')] }).writeArtifacts([a])
  expect(warn).toHaveBeenCalledWith('[downlink] writer-1 did not write "a.json": write_failed: no')
  warn.mockRestore()
})

it('passes the context on as it is, with a signal of its own', async () => {
  const contexts: WriteContext[] = []
  const nested = { deep: true }
  const context = Object.freeze({ missionId: 'cascade', nested, 'a=b': 'c=d' })
  const { adapter } = setUp({ writers: [(_artifact: Artifact, given: WriteContext) => void contexts.push(given)] })
  await adapter.writeArtifacts([a], context)
  expect(contexts).toEqual([{ ...context, signal: expect.any(AbortSignal) }])
  expect(contexts[0]?.nested).toBe(nested)
})

it('ends a write at its deadline, and does not count what comes of it later', async () => {
  const memory = new MemoryTelemetryWriter()
  let finish = (_value: unknown): void => {}
  const hanging = (): Promise<never> =>
    new Promise((resolve) => {
      finish = resolve as typeof finish
    })
  const { adapter, time, events } = setUp({ writers: [hanging, memory], timeoutMs: 100, graceMs: 10 })
  const writing = adapter.writeArtifacts([a, b])
  await time.pass(110)
  const metrics = await writing
  expect(codes(metrics)).toEqual(['hanging a.json write_timeout', 'hanging b.json writer_stuck'])
  expect(memory.artifacts).toHaveLength(2)
  const before = JSON.stringify([metrics, events])
  finish({ bytes: 5 })
  await time.pass(1000)
  expect(JSON.stringify([metrics, events])).toBe(before)
  expect(metrics.writerSummaries[0]).toEqual({
    id: 'hanging',
    attempted: 2,
    successes: 0,
    failures: 2,
    durationMs: 110,
  })
})

it('goes on with a writer that heeds its signal', async () => {
  let calls = 0
  const heeding = (_artifact: Artifact, { signal }: WriteContext) => {
    calls += 1
    if (calls > 1) return
    return new Promise<undefined>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const { adapter, time } = setUp({ writers: [heeding], timeoutMs: 100 })
  const writing = adapter.writeArtifacts([a, b])
  await time.pass(100)
  expect(codes(await writing)).toEqual(['heeding a.json write_timeout'])
  expect(calls).toBe(2)
})

it('writes nothing under a signal that is aborted, and stops when it is aborted meanwhile', async () => {
  const ended = setUp({ writers: [{ memory: true }] })
  const none = await ended.adapter.writeArtifacts([a, b], { signal: AbortSignal.abort('closed') })
  expect(codes(none)).toEqual(['memory a.json aborted', 'memory b.json aborted'])
  expect(none.failures[0]?.message).toBe('The export was aborted: closed')

  const ending = new AbortController()
  const writers = [
    (artifact: Artifact) => (artifact.filename === 'b.json' ? ending.abort(new Error('page left')) : undefined),
  ]
  const { adapter } = setUp({ writers })
  const some = await adapter.writeArtifacts([a, b, c], { signal: ending.signal })
  expect(codes(some)).toEqual(['writer-1 b.json aborted', 'writer-1 c.json aborted'])
})

it('takes a `signal` that is none as the context that it is', async () => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  expect((await adapter.writeArtifacts([a], { signal: 'red' })).written).toHaveLength(1)
})

it('writes the first of two artifacts with one name, in whatever case, and refuses the other', async () => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  const metrics = await adapter.writeArtifacts([a, anArtifact({ filename: 'A.JSON', content: 'other' }), b])
  expect(codes(metrics)).toEqual(['memory A.JSON duplicate_name'])
  expect((await adapter.writeArtifacts([a])).failures).toEqual([])
})

it('refuses a bad name and a content that is none before any writer sees them', async () => {
  const write = vi.fn()
  const { adapter } = setUp({ writers: [write, write] })
  const bad = [{}, ['a'], 5, null, undefined, new Map()].map((content, at) =>
    anArtifact({ filename: `${at}`, content: content as never }),
  )
  const metrics = await adapter.writeArtifacts([
    anArtifact({ filename: '../up' }),
    { filename: undefined } as never,
    ...bad,
  ])
  expect(write).not.toHaveBeenCalled()
  const ofTheFirst = metrics.failures.filter((_failure, at) => at % 2 === 0)
  expect(ofTheFirst.map(({ code }) => code)).toEqual(['bad_name', 'bad_name', ...Array(6).fill('bad_content')])
  expect(ofTheFirst[2]?.message).toBe('Expected text, bytes or a stream of bytes, got object')
})

it('gives a stream to each of several writers, whatever the concurrency, also where one fails or does not read', async () => {
  const one = new MemoryTelemetryWriter()
  const two = new MemoryTelemetryWriter()
  const failing = async ({ content }: Artifact): Promise<undefined> => {
    for await (const _chunk of content as AsyncIterable<Uint8Array>) throw new Error('no')
  }
  const { adapter } = setUp({ writers: [one, failing, () => {}, two], concurrency: 1, maxBufferedBytes: 1 })
  const content = streamOf('one ', 'two ', 'three')
  const metrics = await adapter.writeArtifacts([anArtifact({ content })])
  expect([await textOf(one.artifacts[0]), await textOf(two.artifacts[0])]).toEqual(Array(2).fill('one two three'))
  expect(metrics.written.map(({ bytes }) => bytes)).toEqual([13, 0, 13])
})

it('does not let a writer that hangs hold up a stream for the others', async () => {
  const memory = new MemoryTelemetryWriter()
  const { adapter, time } = setUp({
    writers: [() => never<undefined>(), memory],
    timeoutMs: 100,
    graceMs: 10,
    maxBufferedBytes: 1,
  })
  const writing = adapter.writeArtifacts([anArtifact({ content: streamOf('one ', 'two ', 'three') })])
  await time.pass(50)
  expect(memory.text('summary.json')).toBe('one two three')
  await time.pass(60)
  expect(codes(await writing)).toEqual(['writer-1 summary.json write_timeout'])
})

it('fails each writer of a stream that fails', async () => {
  const failing = async function* () {
    yield Buffer.from('a')
    throw new Error('EIO')
  }
  const { adapter } = setUp({ writers: [{ memory: true }, { memory: true }] })
  const { failures } = await adapter.writeArtifacts([anArtifact({ content: failing() })])
  expect(failures).toMatchObject([
    { writer: 'memory', code: 'content_failed', cause: 'EIO' },
    { writer: 'memory-2', code: 'content_failed', cause: 'EIO' },
  ])
})

const published: PublishResult = {
  ok: true,
  provider: 'none',
  status: 'manifest-only',
  artifactName: 'telemetry',
  commands: [],
  notes: [],
  failures: [],
  durationMs: 1,
}
const file = (path: string) => async (artifact: Artifact) => ({ bytes: 1, path: `${path}/${artifact.filename}` })

it('gives the publisher what was written, once each, also when some of it was not', async () => {
  const publish = vi.fn(async () => published)
  const failing = () => Promise.reject('no')
  const { adapter } = setUp({
    writers: [file('/one'), file('/one'), failing, file('/two'), { memory: true }],
    publisher: { publish },
  })
  const metrics = await adapter.writeArtifacts([a, b], { missionId: 'cascade' })
  expect(publish).toHaveBeenCalledExactlyOnceWith(['/one/a.json', '/two/a.json', '/one/b.json', '/two/b.json'], {
    missionId: 'cascade',
    signal: expect.any(AbortSignal),
  })
  expect(metrics.publish).toBe(published)
})

it('publishes nothing where the publisher is null', async () => {
  const { adapter, events } = setUp({ writers: [file('/a')], publisher: null as never, eventBus: null as never })
  expect(await adapter.writeArtifacts([a])).not.toHaveProperty('publish')
  expect(events).toEqual([])
})

it('survives a publisher that throws, hangs, or is aborted', async () => {
  const failed = (code: string, message: string) =>
    expect.objectContaining({ ok: false, status: 'failed', failures: [{ code, message }] })
  const throwing = {
    publish: () => {
      throw new Error('no token')
    },
  }
  const { publish } = await setUp({ writers: [file('/a')], publisher: throwing }).adapter.writeArtifacts([a])
  expect(publish).toEqual(failed('publisher_failed', 'The publisher threw: no token'))

  const hanging = setUp({
    writers: [file('/a')],
    publisher: { publish: () => never() },
    publishTimeoutMs: 100,
    graceMs: 10,
  })
  const writing = hanging.adapter.writeArtifacts([a])
  await hanging.time.pass(110)
  expect((await writing).publish).toEqual(failed('publisher_timeout', 'The publisher had not ended after 100 ms'))

  const silent = setUp({ writers: [file('/a')], publisher: { publish: async () => undefined as never } })
  const unsaid = await silent.adapter.writeArtifacts([a])
  expect(unsaid.publish).toEqual(failed('publisher_failed', 'Expected the publisher to return a result, got undefined'))

  const aborted = setUp({ writers: [file('/a')], publisher: { publish: async () => published } })
  const metrics = await aborted.adapter.writeArtifacts([a], { signal: AbortSignal.abort('closed') })
  expect(metrics.publish).toEqual(failed('aborted', 'The export was aborted: closed'))
})

it('passes on what a publisher that is told to end has come to', async () => {
  const came = async (result: PublishResult) => {
    const publisher = {
      publish: (_paths: readonly string[], context?: ExportContext) =>
        new Promise<PublishResult>((resolve) => {
          const { signal } = context as { signal: AbortSignal }
          signal.addEventListener('abort', () => resolve(result))
        }),
    }
    const { adapter, time } = setUp({ writers: [file('/a')], publisher, publishTimeoutMs: 100, graceMs: 10 })
    const writing = adapter.writeArtifacts([a])
    await time.pass(100)
    return (await writing).publish
  }
  expect(await came(published)).toBe(published)
  const cut: PublishResult = {
    ...published,
    ok: false,
    status: 'failed',
    manifest: '/a/ci-artifacts.json',
    failures: [{ code: 'aborted', message: 'upload was ended with the export' }],
  }
  const why = { code: 'publisher_timeout', message: 'The publisher had not ended after 100 ms' }
  expect(await came(cut)).toEqual({ ...cut, failures: [why, ...cut.failures] })
})

it('keeps two exports at once apart', async () => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  const [one, two] = await Promise.all([adapter.writeArtifacts([a, b]), adapter.writeArtifacts([a])])
  expect([one.attempted, two.attempted, one.failures, two.failures]).toEqual([2, 1, [], []])
})

it('has metrics that JSON can hold', async () => {
  const { adapter } = setUp({ writers: [{ memory: true }, () => Promise.reject(new Error('no'))] })
  const metrics = await adapter.writeArtifacts([a])
  expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics)
})

const unreadable = Object.defineProperty({ ...c }, 'content', {
  get() {
    throw new Error('a getter threw')
  },
})

it.each<[string, unknown, string, string]>([
  ['null', null, '', 'bad_artifact'],
  ['undefined', undefined, '', 'bad_artifact'],
  ['text', 'a.json', '', 'bad_artifact'],
  ['a list', [], '', 'bad_name'],
  ['an empty object', {}, '', 'bad_name'],
  ['a name that is no text', { ...c, filename: 5 }, '', 'bad_name'],
  ['a getter that throws', unreadable, 'c.json', 'bad_artifact'],
  ['a proxy that is revoked', revoked(), '', 'bad_artifact'],
])('writes the artifacts beside one that is %s', async (_name, bad, filename, code) => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  const metrics = await adapter.writeArtifacts([a, bad as Artifact, b])
  expect(codes(metrics)).toEqual([`memory ${filename} ${code}`])
  expect(metrics.written.map((written) => written.filename)).toEqual(['a.json', 'b.json'])
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

it('reads each field of an artifact once', async () => {
  let reads = 0
  const changing = Object.defineProperty({ ...a }, 'filename', { get: () => `${++reads}.json` })
  const { adapter } = setUp({ writers: [{ memory: true }, { memory: true }] })
  const { written } = await adapter.writeArtifacts([changing])
  expect(written.map(({ filename }) => filename)).toEqual(['1.json', '1.json'])
})

it('calls an artifact without section and type something', async () => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  const { written } = await adapter.writeArtifacts([{ filename: 'a', content: '' } as Artifact])
  expect(written).toMatchObject([{ section: '', mimeType: 'application/octet-stream' }])
})

it.each([null, undefined, 'a.json', {}, 5])('rejects %j as the artifacts, with a code', async (artifacts) => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  const writing = adapter.writeArtifacts(artifacts as never)
  await expect(writing).rejects.toMatchObject({ name: 'ArtifactError', code: 'bad_option' })
})

it('takes a context that is null for none, and refuses one that is no object or that throws', async () => {
  const { adapter } = setUp({ writers: [{ memory: true }] })
  expect((await adapter.writeArtifacts([a], null as never)).failures).toEqual([])
  await expect(adapter.writeArtifacts([a], 5 as never)).rejects.toMatchObject({ code: 'bad_option' })
  await expect(
    adapter.writeArtifacts([a], {
      get signal() {
        throw new Error('no')
      },
    }),
  ).rejects.toMatchObject({ code: 'bad_option' })
})

it.each([undefined, null, {}, { writers: null }, { writers: 'memory' }, { writers: { memory: true } }, []])(
  'refuses %j as its options, with a code',
  (options) => {
    expect(() => new TelemetryArtifactWriterAdapter(options as never)).toThrow(
      expect.objectContaining({ name: 'ArtifactError', code: 'bad_option' }),
    )
  },
)

it('is a writer itself, as a function and as an object', async () => {
  const memory = new MemoryTelemetryWriter()
  const { adapter } = setUp({ writers: [memory] })
  // As a host has it whose writers are functions.
  const writer: unknown = adapter
  if (typeof writer !== 'function') throw new Error('it can not be called')
  expect(await writer(a, { missionId: 'cascade' })).toEqual({
    section: 'summary',
    filename: 'a.json',
    mimeType: 'application/json',
    bytes: 3,
  })
  await adapter.write(b)
  await adapter.call(undefined, c)
  expect(memory.artifacts.map(({ filename }) => filename)).toEqual(['a.json', 'b.json', 'c.json'])
  expect(adapter).toBeInstanceOf(TelemetryArtifactWriterAdapter)
})

it('is a writer of another adapter', async () => {
  const memory = new MemoryTelemetryWriter()
  const inner = setUp({ writers: [memory] }).adapter
  const { adapter } = setUp({ writers: [inner] })
  expect((await adapter.writeArtifacts([a])).written).toMatchObject([{ writer: 'adapter', filename: 'a.json' }])
  expect(memory.artifacts).toHaveLength(1)
})

it('rejects as a writer with the first failure, and says that it publishes nothing', async () => {
  const publisher = { publish: vi.fn() }
  const { adapter, warnings } = setUp({ writers: [() => Promise.reject(new Error('no room'))], publisher })
  await expect(adapter(a)).rejects.toMatchObject({ code: 'write_failed', message: 'writer-1: no room' })
  await expect(adapter(null as never)).rejects.toMatchObject({ code: 'bad_artifact' })
  expect(publisher.publish).not.toHaveBeenCalled()
  expect(warnings).toContain('[downlink] Called as a writer, the adapter publishes nothing')
  await expect(setUp({ writers: [] }).adapter(a)).rejects.toMatchObject({ code: 'unknown_writer' })
})

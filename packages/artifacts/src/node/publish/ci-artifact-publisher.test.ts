import { describe, expect, it, vi } from 'vitest'
import { CiArtifactPublisher } from './ci-artifact-publisher.ts'
import type { CiArtifactPublisherOptions } from './options.ts'
import { type FakeEnvironment, fakeEnvironment } from './test-doubles.ts'

const files = { '/work/out/a.json': '{}\n', '/work/out/b.csv': 'x\n' }

function publisher(fake: FakeEnvironment, options: CiArtifactPublisherOptions = {}): CiArtifactPublisher {
  const { variables, ...ports } = fake
  return new CiArtifactPublisher({ ...ports, variables, ...options })
}

describe.skipIf(process.platform === 'win32')('publish', () => {
  it('runs commands with the folder, the variables and the time limit', async () => {
    const fake = fakeEnvironment({ CI: 'true', PATH: '/bin' }, files)
    const result = await publisher(fake, { commands: [['up', '{path}']], timeoutMs: 7 }).publish(['out/a.json'])
    expect(result).toMatchObject({ ok: true, provider: 'commands', status: 'published', durationMs: 3 })
    expect(fake.ran).toEqual([
      {
        argv: ['up', '/work/out/a.json'],
        directory: '/work/out',
        variables: { CI: 'true', PATH: '/bin' },
        timeoutMs: 7,
      },
    ])
  })

  it('tells a bus of its start and its end, with the context', async () => {
    const emit = vi.fn()
    const context = { mission: 'cascade' }
    const done = publisher(fakeEnvironment({ CI: 'true' }, files), { eventBus: { emit } })
    const result = await done.publish(['out/a.json'], context)
    expect(emit.mock.calls).toEqual([
      [
        'telemetry:ci_publish_started',
        { provider: 'none', artifactName: 'telemetry', dryRun: false, paths: ['/work/out/a.json'], context },
      ],
      ['telemetry:ci_publish_completed', { ...result, context }],
    ])
    await done.publish(['out/no.json'])
    expect(emit.mock.calls.map(([name]) => name).slice(2)).toEqual([
      'telemetry:ci_publish_started',
      'telemetry:ci_publish_failed',
    ])
  })

  it('logs what it did and what it could not, without secrets', async () => {
    const logger = { info: vi.fn(), warn: vi.fn() }
    const fake = fakeEnvironment({ CI: 'true', API_TOKEN: 'hunter2hunter2' }, files)
    fake.outcomes.push({ status: 'failed', exitCode: 1, stdout: '', stderr: 'hunter2hunter2' })
    await publisher(fake, { commands: [['up', 'hunter2hunter2']], logger }).publish(['out/a.json'])
    expect(logger.info).toHaveBeenCalledWith('CI artifacts telemetry: failed (commands)')
    expect(logger.warn).toHaveBeenCalledWith('command_failed: up *** ended with code 1: ***')
  })

  it.each([
    ['a bus', { eventBus: { emit: () => fail() } }],
    ['a logger', { logger: { info: () => fail(), warn: () => fail() } }],
    ['a bus and a logger', { eventBus: { emit: () => fail() }, logger: { info: () => fail(), warn: () => fail() } }],
  ])('goes on where %s throws', async (_, options) => {
    expect(await publisher(fakeEnvironment({}, files), options).publish(['out/a.json'])).toMatchObject({ ok: true })
    expect(await publisher(fakeEnvironment({}, files), options).publish(['out/no.json'])).toMatchObject({ ok: false })
  })

  it('goes on where a bus and a logger reject later', async () => {
    const reject = async () => fail()
    const options = { eventBus: { emit: reject }, logger: { info: reject, warn: reject } }
    expect(await publisher(fakeEnvironment({}, files), options).publish(['out/no.json'])).toMatchObject({ ok: false })
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  it.each([
    ['text', 'text'],
    ['a list', []],
    [
      'a getter that throws',
      {
        get mission() {
          return fail()
        },
      },
    ],
  ])('refuses %s as its context with a code, and takes null for none', async (_, context) => {
    const publishing = publisher(fakeEnvironment({}, files)).publish(['out/a.json'], context as never)
    await expect(publishing).rejects.toMatchObject({ name: 'ArtifactError', code: 'bad_option' })
    const without = await publisher(fakeEnvironment({}, files)).publish(['out/a.json'], null as never)
    expect(without).toMatchObject({ ok: true })
  })

  it('tells of no command in a way that an agent would obey', async () => {
    const fake = fakeEnvironment({ TEAMCITY_VERSION: '2025', CI: 'true' }, files)
    const dry = await publisher(fake, { dryRun: true }).publish(['out/a.json'])
    expect(dry.notes).toContain("Would print # #teamcity[publishArtifacts '/work/out/a.json => telemetry']")
    fake.outcomes.push({ status: 'failed', exitCode: 1, stdout: '##vso[task.complete]', stderr: '::stop-commands::x' })
    const failed = await publisher(fake, { commands: [['up', '##vso[x]']] }).publish(['out/a.json'])
    expect(failed.ok).toBe(false)
    for (const result of [dry, failed]) expect(JSON.stringify(result)).not.toMatch(/##|(^|\\n)::/)
  })

  it('lists a file once, and an earlier manifest not at all', async () => {
    const fake = fakeEnvironment({}, { ...files, '/work/out/ci-artifacts.json': '{}' })
    const paths = ['out/b.csv', '/work/out/b.csv', './out/a.json', 'out/ci-artifacts.json']
    await publisher(fake).publish(paths)
    const manifest = JSON.parse(fake.files.get('/work/out/ci-artifacts.json') ?? '')
    expect(manifest.files.map((file: { path: string }) => file.path)).toEqual(['a.json', 'b.csv'])
  })

  it('puts the manifest where it is told to, with paths from there', async () => {
    const fake = fakeEnvironment({ CI: 'true' }, files)
    const result = await publisher(fake, { metadataPath: 'meta/m.json', commands: [['up']] }).publish(['out/a.json'])
    expect(result.manifest).toBe('/work/meta/m.json')
    expect(JSON.parse(fake.files.get('/work/meta/m.json') ?? '').files[0].path).toBe('../out/a.json')
    expect(fake.ran[0]?.directory).toBe('/work')
  })

  it('keeps of the context what JSON can say, and no secret', async () => {
    const fake = fakeEnvironment({ CI_TOKEN: 'hunter2hunter2' }, files)
    const context = {
      b: 'hunter2hunter2',
      a: 1,
      c: true,
      d: Number.NaN,
      e: {},
      f: null,
      signal: new AbortController().signal,
    }
    await publisher(fake).publish(['out/a.json'], context)
    expect(JSON.parse(fake.files.get('/work/out/ci-artifacts.json') ?? '').context).toEqual({ a: 1, b: '***', c: true })
  })

  it('has nothing to do without files, and says so', async () => {
    const fake = fakeEnvironment({ CI: 'true' })
    const result = await publisher(fake, { commands: [['up']] }).publish([])
    expect(result).toMatchObject({
      ok: true,
      status: 'manifest-only',
      commands: [],
      notes: ['There is nothing to publish'],
    })
    expect(result.manifest).toBe('/work/telemetry-artifacts/ci-artifacts.json')
    expect(await publisher(fakeEnvironment()).publish([])).toMatchObject({ ok: true, status: 'dry-run' })
    expect(await publisher(fake).publish(['no'])).toMatchObject({ ok: false, status: 'failed' })
  })

  it('publishes nothing that no manifest speaks of', async () => {
    const fake = fakeEnvironment({ CI: 'true' }, files)
    const writeAtomically = () => Promise.reject(new Error('ENOSPC'))
    const result = await publisher(fake, {
      fileSystem: { ...fake.fileSystem, writeAtomically },
      commands: [['up']],
    }).publish(['out/a.json'])
    expect(result).toMatchObject({ ok: false, status: 'failed', failures: [{ code: 'manifest_not_written' }] })
    expect(result.manifest).toBeUndefined()
    expect(fake.ran).toEqual([])
  })

  it('does nothing for a caller who has given up', async () => {
    const fake = fakeEnvironment({ CI: 'true' }, files)
    const result = await publisher(fake).publish(['out/a.json'], { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ ok: false, status: 'failed', failures: [{ code: 'aborted' }] })
    expect(fake.files.has('/work/out/ci-artifacts.json')).toBe(false)
  })

  it('takes commands that were given before those of the environment, none included', async () => {
    const fake = fakeEnvironment({ CI: 'true', TELEMETRY_CI_COMMANDS: '[["env"]]' }, files)
    await publisher(fake, { commands: [['given']] }).publish(['out/a.json'])
    await publisher(fake, { commands: [] }).publish(['out/a.json'])
    await publisher(fake).publish(['out/a.json'])
    expect(fake.ran.map(({ argv }) => argv[0])).toEqual(['given', 'env'])
  })
})

describe('misuse', () => {
  it.each<[object, RegExp]>([
    [{ timeoutMs: 0 }, /Expected `timeoutMs` to be a whole number from 1 to 2147483647, got 0/],
    [{ timeoutMs: 2 ** 31 }, /timeoutMs/],
    [{ timeoutMs: '5' }, /timeoutMs/],
    [{ metadataPath: ' ' }, /`metadataPath` to be a text that is not empty/],
    [{ artifactName: '' }, /artifactName/],
    [{ dryRun: 'yes' }, /`dryRun` to be true or false, got "yes"/],
    [{ commands: ['cp x y'] }, /`commands`: Expected command 1 to be an array/],
  ])('%j is refused', (options, message) => {
    expect(() => new CiArtifactPublisher(options)).toThrow(message)
  })

  it.each([[undefined], ['out/a.json'], [[7]], [['']]])('paths that are none: %j', async (paths) => {
    await expect(new CiArtifactPublisher().publish(paths as never)).rejects.toMatchObject({ code: 'bad_option' })
  })
})

function fail(): never {
  throw new Error('not today')
}

/** The task in this process, with what it needs of the world replaced. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  type ArtifactPublisher,
  createInspectorExportArtifacts,
  type InspectorSummary,
  type PublishResult,
  type TelemetryArtifactWriter,
  type WriteContext,
} from '@downlink/artifacts'
import { describe, expect, it, vi } from 'vitest'
import { type ExportPorts, processPorts } from '../src/export/ports.ts'
import {
  type HeadlessMission,
  loadMissionGame,
  type MissionExportOptions,
  type MissionGame,
  type MissionOptions,
} from '../src/game-module.ts'
import { type ExportOutcome, runTelemetryExportTask } from '../src/index.ts'
import patrolGame from './fixtures/mission-game.ts'
import { fixture, freshFolder } from './run-command.ts'

const now = Date.UTC(2026, 0, 1)

const inspectorSummary: InspectorSummary = {
  formatVersion: 1,
  generatedAt: now,
  generatedIso: '2026-01-01T00:00:00.000Z',
  source: 'worldStateStore',
  game: { name: 'mocked', version: '1', seed: 1, missionId: 'one' },
}

/** A save manager that makes one artifact. */
const mockedSaveManager = () => ({
  getInspectorSummary: () => inspectorSummary,
  exportInspectorSummary: vi.fn(async ({ writer, context }: MissionExportOptions) => {
    const artifacts = createInspectorExportArtifacts({ summary: inspectorSummary })
    return { summary: inspectorSummary, metrics: await writer.writeArtifacts(artifacts, context) }
  }),
})

const mission = (parts: Partial<HeadlessMission> = {}): HeadlessMission => ({
  tickHz: 60,
  finished: true,
  step() {},
  hydrate: () => ({ ok: true }),
  eventBus: { emit() {} },
  saveManager: mockedSaveManager(),
  ...parts,
})

/** A game of one mission. */
const gameOf = (createMission: (options: MissionOptions) => HeadlessMission): MissionGame => ({
  name: 'mocked',
  version: '1',
  missions: [
    { id: 'one', title: 'The one' },
    { id: 'two', title: 'The other' },
  ],
  createMission,
})

const published: PublishResult = {
  ok: true,
  provider: 'none',
  status: 'dry-run',
  artifactName: 'telemetry',
  commands: [],
  notes: [],
  failures: [],
  durationMs: 0,
}

interface Ran extends ExportOutcome {
  readonly stdout: string
  readonly stderr: string
  /** What the last line of stdout holds. */
  readonly printed: unknown
  readonly writerOptions: unknown
  readonly publisherOptions: Record<string, unknown>
}

async function runTask(argv: readonly string[], ports: Partial<ExportPorts> = {}): Promise<Ran> {
  const [out, told]: [string[], string[]] = [[], []]
  let writerOptions: unknown
  let publisherOptions: object = {}
  const writer: TelemetryArtifactWriter = {
    id: 'mocked-files',
    write: async ({ section, filename, mimeType }) => ({
      ...{ section, filename, mimeType },
      bytes: 3,
      sha256: 'abc',
      path: `/out/${filename}`,
    }),
  }
  const publisher: ArtifactPublisher = { publish: async () => published }
  const outcome = await runTelemetryExportTask(argv, {
    variables: {},
    stdout: async (text) => void out.push(text),
    stderr: { write: (text) => told.push(text) },
    clock: () => now,
    loadGame: async () => gameOf(() => mission()),
    listenForInterruption: () => ({ signal: new AbortController().signal, release() {} }),
    listenForUncaughtErrors: () => () => {},
    listenForIdle: () => () => {},
    createWriter(options) {
      writerOptions = options
      return ports.createWriter?.(options) ?? writer
    },
    createPublisher(options) {
      publisherOptions = options
      return ports.createPublisher?.(options) ?? publisher
    },
    ...Object.fromEntries(Object.entries(ports).filter(([name]) => !name.startsWith('create'))),
  })
  const [stdout, stderr] = [out.join(''), told.join('')]
  const line = stdout.split('\n').at(-2) ?? ''
  const printed = line.startsWith('{') ? JSON.parse(line) : undefined
  return { ...outcome, stdout, stderr, printed, writerOptions, publisherOptions: { ...publisherOptions } }
}

it('prints what save manager, writer and publisher came to, as the last line', async () => {
  const saveManager = mockedSaveManager()
  const { exitCode, summary, stdout, printed } = await runTask(['--context', 'build=7'], {
    loadGame: async () => gameOf(() => mission({ saveManager })),
  })
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`${JSON.stringify(summary)}\n`)
  const filename = 'save-inspector-summary-20260101T000000Z.json'
  expect(printed).toEqual({
    ok: true,
    artifacts: [{ filename, path: `/out/${filename}`, bytes: 3, sha256: 'abc', mimeType: 'application/json' }],
    writers: [{ id: 'mocked-files', attempted: 1, successes: 1, failures: 0, durationMs: expect.any(Number) }],
    publish: published,
    failures: [],
  })
  const [options] = saveManager.exportInspectorSummary.mock.calls[0] ?? []
  expect(options?.context).toEqual({ build: '7', signal: expect.any(AbortSignal) })
})

describe('flags', () => {
  const kebab = (flag: string): string => flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const pairs: readonly (readonly [flag: string, value: string])[] = [
    ['--artifactDir', 'out'],
    ['--formats', 'json'],
    ['--prefix', 'pre'],
    ['--mission', 'two'],
    ['--seed', '9'],
    ['--ticks', '4'],
    ['--now', '2026-02-01T00:00:00Z'],
    ['--context', 'a=b'],
    ['--ciCommand', '["put","{path}"]'],
    ['--metadata', 'm.json'],
    ['--artifactName', 'name'],
    ['--timeoutMs', '50'],
    ['--failOn', 'none'],
  ]
  const switches = ['--compress', '--dryRun']

  it.each([
    ['camelCase, apart', [...pairs.flat(), ...switches]],
    ['camelCase, with =', [...pairs.map((pair) => pair.join('=')), ...switches]],
    ['kebab-case, apart', [...pairs.flatMap(([flag, value]) => [kebab(flag), value]), ...switches.map(kebab)]],
    ['kebab-case, with =', [...pairs.map(([flag, value]) => `${kebab(flag)}=${value}`), ...switches.map(kebab)]],
  ])('reach those whom they are for: %s', async (_, argv) => {
    const createMission = vi.fn(() => mission({ saveManager }))
    const saveManager = mockedSaveManager()
    const ran = await runTask(argv, { loadGame: async () => gameOf(createMission) })
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(createMission).toHaveBeenCalledWith({ missionId: 'two', seed: 9, now: Date.UTC(2026, 1, 1) })
    const [options] = saveManager.exportInspectorSummary.mock.calls[0] ?? []
    expect(options).toMatchObject({ formats: ['json'], prefix: 'pre', context: { a: 'b' } })
    expect(ran.writerOptions).toMatchObject({ artifactRoot: resolve('out'), compress: 'gzip' })
    expect(ran.publisherOptions).toMatchObject({
      metadataPath: resolve('m.json'),
      artifactName: 'name',
      commands: [['put', '{path}']],
      dryRun: true,
      timeoutMs: 50,
    })
  })

  it('leave to others what was not given', async () => {
    const createMission = vi.fn(() => mission({ saveManager }))
    const saveManager = mockedSaveManager()
    const ran = await runTask([], { loadGame: async () => gameOf(createMission) })
    expect(createMission).toHaveBeenCalledWith({ missionId: 'one', seed: 1, now })
    const [options] = saveManager.exportInspectorSummary.mock.calls[0] ?? []
    expect(Object.keys(options ?? {})).toEqual(['writer', 'context'])
    expect(ran.writerOptions).toMatchObject({ artifactRoot: resolve('telemetry-artifacts'), compress: 'none' })
    for (const name of ['artifactName', 'commands', 'dryRun', 'timeoutMs'])
      expect(ran.publisherOptions).not.toHaveProperty(name)
  })

  it('can ask for publishing outside of CI', async () => {
    for (const flag of ['--noDryRun', '--no-dry-run'])
      expect((await runTask([flag])).publisherOptions).toMatchObject({ dryRun: false })
  })

  it('can be told by the environment, for which the publisher has its own eyes, too', async () => {
    const variables = { TELEMETRY_EXPORT_DIR: 'there', SOURCE_DATE_EPOCH: '60', TELEMETRY_CI_COMMANDS: '[["a"]]' }
    const createMission = vi.fn(() => mission())
    const ran = await runTask([], { variables, loadGame: async () => gameOf(createMission) })
    expect(createMission).toHaveBeenCalledWith({ missionId: 'one', seed: 1, now: 60_000 })
    expect(ran.writerOptions).toMatchObject({ artifactRoot: resolve('there') })
    expect(ran.publisherOptions).toMatchObject({ variables, commands: [['a']] })
  })
})

describe('wrong usage', () => {
  it.each<readonly [argv: readonly string[], came: string, expected: string]>([
    [['--nonsense'], '--nonsense', 'unknown option'],
    [['--artifactdir', 'x'], '--artifactdir', 'Did you mean --artifactDir?'],
    [['stray'], '1', 'Expected 0 arguments'],
    [['--seed'], '--seed', 'argument missing'],
    [['--seed', '1.5'], '1.5', 'Expected a whole number from 0 to 4294967295'],
    [['--ticks', '-1'], '-1', 'Expected a whole number from 0'],
    [['--timeoutMs', '0'], '0', 'Expected a whole number from 1'],
    [['--artifactDir='], "''", 'not to be empty'],
    [['--now', 'yesterday'], 'yesterday', 'ISO 8601 with its zone'],
    [['--context', 'novalue'], 'novalue', 'Expected key=value'],
    [['--ciCommand', 'rm -rf'], 'text of 6 characters', 'JSON array'],
    [['--timeoutMs', '-1'], '-1', 'Expected a whole number from 1'],
    [['--timeoutMs', '1e12'], '1e12', 'Expected a whole number from 1'],
    [['--formats', ''], "''", 'commas between'],
    [['--failOn', 'all'], 'all', 'publish, write, none'],
    [['--formats', 'xml'], '"xml"', 'json, csv, transcript-csv, transcript-md, ndjson'],
    [['--prefix', '../up'], '"../up"', 'Expected `prefix`'],
    [['--mission', 'three'], '"three"', 'Expected one of: one, two'],
  ])('%j: says what came and what was expected', async (argv, came, expected) => {
    const { exitCode, summary, printed, stderr } = await runTask(argv)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(came)
    expect(stderr).toContain(expected)
    expect(printed).toEqual(summary)
    expect(summary).toMatchObject({ ok: false, artifacts: [], writers: [], publish: null })
    expect(summary?.failures).toMatchObject([{ stage: 'usage', code: 'bad_usage' }])
    expect(summary?.failures[0]?.message).not.toMatch(/^error/)
  })

  it('is wrong usage of the environment, too, and whatever --failOn says', async () => {
    const variables = { SOURCE_DATE_EPOCH: 'soon' }
    const { exitCode, stderr, summary } = await runTask(['--failOn', 'none'], { variables })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('SOURCE_DATE_EPOCH')
    expect(summary?.failures).toMatchObject([{ stage: 'usage', code: 'bad_usage' }])
  })
})

describe('failures', () => {
  const failing: Partial<ExportPorts> = {
    createWriter: () => ({ id: 'full', write: () => Promise.reject(new Error('no space')) }),
  }
  const unpublished: Partial<ExportPorts> = {
    createPublisher: () => ({
      publish: async () => ({
        ...published,
        ok: false,
        status: 'failed',
        failures: [{ code: 'command_failed', message: 'put ended with 3' }],
      }),
    }),
  }
  const exitCodes = async (ports: Partial<ExportPorts>): Promise<(number | undefined)[]> => {
    const outcomes = ['publish', 'write', 'none'].map((what) => runTask(['--failOn', what], ports))
    for (const { summary } of await Promise.all(outcomes)) expect(summary?.ok).toBe(false)
    return (await Promise.all(outcomes)).map(({ exitCode }) => exitCode)
  }

  it('count as --failOn says', async () => {
    expect(await exitCodes(failing)).toEqual([1, 1, 0])
    expect(await exitCodes(unpublished)).toEqual([1, 0, 0])
  })

  it('name writer, file, code and reason', async () => {
    const { summary, stderr } = await runTask([], failing)
    expect(summary?.writers).toMatchObject([{ id: 'full', attempted: 1, successes: 0, failures: 1 }])
    expect(summary?.failures).toMatchObject([
      {
        stage: 'write',
        code: 'write_failed',
        writer: 'full',
        filename: 'save-inspector-summary-20260101T000000Z.json',
      },
    ])
    expect(summary?.failures[0]?.message).toContain('no space')
    expect(stderr).toContain('no space')
    expect((await runTask([], unpublished)).summary?.failures).toEqual([
      { stage: 'publish', code: 'command_failed', message: 'put ended with 3' },
    ])
  })

  it('of a tick are told, and what the game had come to is exported all the same', async () => {
    const { exitCode, summary, stderr } = await runTask(['--mission', 'faulty'], { loadGame: async () => patrolGame })
    expect(exitCode).toBe(1)
    expect(summary?.failures).toEqual([{ stage: 'play', code: 'game_failed', message: 'no such ship' }])
    expect(summary?.artifacts).toHaveLength(7)
    expect(stderr).toContain('no such ship')
  })

  it('are a mission without an end; one that was cut short by --ticks is none', async () => {
    const loadGame = async (): Promise<MissionGame> => patrolGame
    const endless = await runTask(['--mission', 'endless'], { loadGame })
    expect(endless.exitCode).toBe(1)
    expect(endless.summary?.failures).toMatchObject([{ stage: 'play', code: 'unfinished' }])
    expect(endless.summary?.artifacts).toHaveLength(7)
    expect(await runTask(['--mission', 'endless', '--ticks', '30'], { loadGame })).toMatchObject({ exitCode: 0 })
  })

  it('of the inspector leave nothing to write', async () => {
    const { exitCode, summary } = await runTask(['--mission', 'mute'], { loadGame: async () => patrolGame })
    expect(exitCode).toBe(1)
    expect(summary).toMatchObject({ artifacts: [], publish: null })
    expect(summary?.failures).toEqual([{ stage: 'export', code: 'game_failed', message: 'the inspector is broken' }])
  })

  it('of a section are told, and the others are exported', async () => {
    const saveManager = mockedSaveManager()
    const failedSections = [{ section: 'engine', message: 'out of fuel' }]
    saveManager.exportInspectorSummary.mockImplementation(async ({ writer, context }) => {
      const summary = { ...inspectorSummary, failedSections }
      return { summary, metrics: await writer.writeArtifacts(createInspectorExportArtifacts({ summary }), context) }
    })
    const { exitCode, summary } = await runTask([], { loadGame: async () => gameOf(() => mission({ saveManager })) })
    expect(exitCode).toBe(1)
    expect(summary?.artifacts).toHaveLength(1)
    const message = "The section engine can't be read: out of fuel"
    expect(summary?.failures).toEqual([{ stage: 'export', code: 'section_failed', message }])
  })

  it('of a game that breaks its contract are named', async () => {
    const broken = { ...mission(), step: undefined, saveManager: {}, eventBus: undefined }
    const loadGame = async (): Promise<MissionGame> => gameOf(() => broken as unknown as HeadlessMission)
    const { exitCode, stderr, summary } = await runTask([], { loadGame })
    expect(exitCode).toBe(1)
    expect(summary?.failures).toMatchObject([{ stage: 'game', code: 'bad_module' }])
    for (const member of ['step', 'saveManager', 'eventBus']) expect(stderr).toContain(`\`${member}\``)
    expect(stderr).not.toContain('`hydrate`')
    const nothing = await runTask([], { loadGame: async () => gameOf(() => undefined as never) })
    expect(nothing.summary?.failures).toMatchObject([{ stage: 'game', code: 'bad_module' }])
    const throwing = gameOf(() => {
      throw 'out of ships'
    })
    const thrown = await runTask([], { loadGame: async () => throwing })
    expect(thrown.summary?.failures).toEqual([{ stage: 'game', code: 'game_failed', message: 'out of ships' }])
  })

  it('are a game that waits for ever', async () => {
    const stop = vi.fn()
    const listenForIdle: ExportPorts['listenForIdle'] = (report) => {
      setImmediate(report)
      return stop
    }
    const ports = { listenForIdle, loadGame: async () => patrolGame }
    const { exitCode, summary } = await runTask(['--mission', 'stuck'], ports)
    expect(exitCode).toBe(1)
    expect(summary?.failures).toMatchObject([{ stage: 'export', code: 'game_failed' }])
    expect(stop).toHaveBeenCalledOnce()
  })

  it('that nobody took are the game’s', async () => {
    const listenForUncaughtErrors: ExportPorts['listenForUncaughtErrors'] = (report) => {
      report(new Error('a stray'))
      return () => {}
    }
    const { exitCode, summary, stderr } = await runTask([], { listenForUncaughtErrors })
    expect(exitCode).toBe(1)
    expect(summary?.failures).toEqual([{ stage: 'play', code: 'game_failed', message: 'a stray' }])
    expect(summary?.artifacts).toHaveLength(1)
    expect(stderr).toContain('a stray')
  })
})

describe('files', () => {
  it('of a snapshot reach the game, alone or in a save; what is none is told', async () => {
    const file = join(freshFolder(), 'slot.json')
    const hydrate = vi.fn<HeadlessMission['hydrate']>(() => ({ ok: true }))
    const step = vi.fn()
    const loadGame = async () => gameOf(() => mission({ hydrate, step, finished: false }))
    const withSnapshot = async (text: string, ...args: string[]): Promise<Ran> => {
      await writeFile(file, text)
      return runTask(['--snapshot', file, ...args], { loadGame })
    }
    expect(await withSnapshot('{"slices":{}}')).toMatchObject({ exitCode: 0 })
    expect(await withSnapshot('{"snapshot":{"slices":{}}}', '--ticks', '2')).toMatchObject({ exitCode: 0 })
    expect(hydrate.mock.calls).toEqual([[{ slices: {} }], [{ slices: {} }]])
    expect(step).toHaveBeenCalledTimes(2)
    hydrate.mockReturnValue({ ok: false, reason: 'newer_version', message: 'faction is of version 9' })
    const refused = await withSnapshot('null')
    expect(refused).toMatchObject({ exitCode: 1, summary: { failures: [{ stage: 'game', code: 'snapshot_refused' }] } })
    expect(refused.summary?.failures[0]?.message).toContain('faction is of version 9 (newer_version)')
    for (const answer of [undefined, Promise.resolve({ ok: true })]) {
      hydrate.mockReturnValue(answer as never)
      const { exitCode, summary } = await withSnapshot('{}')
      expect({ exitCode, summary }).toMatchObject({ exitCode: 1, summary: { failures: [{ code: 'bad_module' }] } })
    }
    const noFile = await runTask(['--snapshot', `${file}.none`], { loadGame })
    for (const { exitCode, summary } of [await withSnapshot('{'), noFile])
      expect({ exitCode, summary }).toMatchObject({ exitCode: 1, summary: { failures: [{ code: 'bad_snapshot' }] } })
  })

  it('of the summary take the place of earlier ones, or are not there', async () => {
    const file = join(freshFolder(), 'deep', 'summary.json')
    await runTask(['--summary', file, '--seed', '2'])
    const { stdout } = await runTask(['--summary', file])
    expect(await readFile(file, 'utf8')).toBe(stdout)
    expect(await readdir(dirname(file))).toEqual(['summary.json'])
    const failed = await runTask(['--summary', dirname(file)])
    expect(failed).toMatchObject({
      exitCode: 1,
      summary: { failures: [{ stage: 'summary', code: 'summary_not_written' }] },
    })
    expect(failed.printed).toEqual(failed.summary)
    expect(failed.stderr).toContain(dirname(file))
    expect(await readdir(dirname(dirname(file)))).toEqual(['deep'])
  })

  it('are written by the real writer and told by the real publisher, where none are given', async () => {
    const folder = freshFolder()
    const { createWriter, createPublisher } = processPorts()
    const ports = { createWriter, createPublisher, loadGame: () => loadMissionGame(fixture('mission-game.ts')) }
    const { exitCode, summary, stderr } = await runTask(['--artifactDir', folder], ports)
    expect(exitCode, stderr).toBe(0)
    expect(summary?.publish).toMatchObject({ status: 'dry-run', manifest: join(folder, 'ci-artifacts.json') })
    const names = summary?.artifacts.map(({ filename }) => filename) ?? []
    expect((await readdir(folder)).sort()).toEqual([...names, 'ci-artifacts.json'].sort())
  })
})

it.each([undefined, {}, { summary: inspectorSummary }, { summary: inspectorSummary, metrics: {} }])(
  'fails where the game does not say what it has exported, but %j',
  async (answer) => {
    const saveManager = {
      getInspectorSummary: () => inspectorSummary,
      exportInspectorSummary: async () => answer as never,
    }
    const { exitCode, summary, stderr } = await runTask([], {
      loadGame: async () => gameOf(() => mission({ saveManager })),
    })
    expect({ exitCode, summary }).toMatchObject({
      exitCode: 1,
      summary: { failures: [{ stage: 'export', code: 'bad_module' }] },
    })
    expect(stderr).toContain('needs `summary`, and `metrics`')
  },
)

it('names twenty of the rejections that nobody takes, and counts the rest', async () => {
  let tick = 0
  const step = (): void => {
    tick += 1
    void Promise.reject(new Error('a stray'))
  }
  const { listenForUncaughtErrors } = processPorts()
  const loadGame = async () => gameOf(() => mission({ step, finished: false }))
  const { summary, stderr } = await runTask(['--ticks', '50'], { loadGame, listenForUncaughtErrors })
  expect(tick).toBe(50)
  expect(summary?.failures).toHaveLength(21)
  expect(summary?.failures.at(-1)?.message).toBe('and 30 more that nobody took')
  expect(stderr.match(/a stray/g)).toHaveLength(20)
})

it.each([
  ['names the formats', { emptyFormats: ['csv', 'ndjson'] }, ['nothing to write as csv', 'nothing to write as ndjson']],
  ['hands over nothing', {}, ['handed nothing to the writer']],
])('fails where the game has nothing to write, and %s', async (_what, more, expected) => {
  const saveManager = {
    getInspectorSummary: () => inspectorSummary,
    exportInspectorSummary: async ({ writer }: MissionExportOptions) => ({
      summary: inspectorSummary,
      metrics: await writer.writeArtifacts([]),
      ...more,
    }),
  }
  const loadGame = async () => gameOf(() => mission({ saveManager }))
  const { exitCode, summary, stderr } = await runTask(['--formats', 'csv'], { loadGame })
  expect(exitCode).toBe(1)
  expect(summary).toMatchObject({ ok: false })
  expect(summary?.failures.map(({ stage, code, message }) => [stage, code, message])).toEqual(
    expected.map((text) => ['export', 'nothing_to_write', expect.stringContaining(text)]),
  )
  for (const text of expected) expect(stderr).toContain(text)
})

it('takes an adapter for a writer in a game whose writers are functions', async () => {
  const saveManager = {
    getInspectorSummary: () => inspectorSummary,
    async exportInspectorSummary({ writer }: { readonly writer: unknown }) {
      const artifacts = createInspectorExportArtifacts({ summary: inspectorSummary }, { formats: ['json'] })
      const written =
        typeof writer === 'function' ? await Promise.all(artifacts.map((artifact) => writer(artifact))) : []
      const metrics = { attempted: written.length, failures: [], writerSummaries: [], durationMs: 0 }
      return { summary: inspectorSummary, metrics: { ...metrics, written } }
    },
  }
  const loadGame = async () => gameOf(() => mission({ saveManager: saveManager as HeadlessMission['saveManager'] }))
  const { exitCode, summary } = await runTask([], { loadGame })
  expect({ exitCode, artifacts: summary?.artifacts }).toMatchObject({ exitCode: 0, artifacts: [{ sha256: 'abc' }] })
})

it('can be told of an export that has no publisher', async () => {
  const metrics = { attempted: 1, written: [], failures: [], writerSummaries: [], durationMs: 0 }
  const exportInspectorSummary = async () => ({ summary: inspectorSummary, metrics })
  const saveManager = { getInspectorSummary: () => inspectorSummary, exportInspectorSummary }
  const { exitCode, printed } = await runTask([], { loadGame: async () => gameOf(() => mission({ saveManager })) })
  expect(exitCode).toBe(0)
  expect(printed).toEqual({ ok: true, artifacts: [], writers: [], publish: null, failures: [] })
})

describe('an interruption', () => {
  const interrupted = (after: (ending: AbortController) => Partial<ExportPorts>): Promise<Ran> => {
    const ending = new AbortController()
    const listenForInterruption = () => ({ signal: ending.signal, release() {} })
    return runTask(['--failOn', 'none'], { listenForInterruption, ...after(ending) })
  }

  it('ends a game that never loads', async () => {
    const { exitCode, summary } = await interrupted((ending) => ({
      loadGame() {
        ending.abort()
        return new Promise(() => {})
      },
    }))
    expect(exitCode).toBe(130)
    expect(summary?.failures).toMatchObject([{ stage: 'game', code: 'interrupted' }])
  })

  it('ends the play, and writes nothing', async () => {
    const step = vi.fn()
    const { exitCode, summary } = await interrupted((ending) => ({
      loadGame: async () => {
        step.mockImplementation(() => ending.abort())
        return gameOf(() => mission({ finished: false, step }))
      },
    }))
    expect(exitCode).toBe(130)
    expect(summary).toMatchObject({ ok: false, artifacts: [], publish: null })
    expect(summary?.failures).toMatchObject([{ stage: 'play', code: 'interrupted' }])
  })

  it('ends a write that hangs', async () => {
    const { exitCode, summary } = await interrupted((ending) => ({
      createWriter: () => ({
        id: 'hung',
        write: (_, { signal }: WriteContext) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
            ending.abort()
          }),
      }),
    }))
    expect(exitCode).toBe(130)
    expect(summary?.artifacts).toEqual([])
    expect(summary?.failures).toContainEqual(expect.objectContaining({ stage: 'write', code: 'interrupted' }))
  })
})

describe('what is printed', () => {
  it('may be more than the reader wants', async () => {
    const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    expect(await runTask([], { stdout: () => Promise.reject(closed) })).toMatchObject({ exitCode: 0 })
    expect(await runTask(['--seed', 'x'], { stdout: () => Promise.reject(closed) })).toMatchObject({ exitCode: 2 })
  })

  it('that can not be printed is a failure, whatever --failOn says', async () => {
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })
    const ran = await runTask(['--failOn', 'none'], { stdout: () => Promise.reject(full) })
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('ENOSPC')
  })

  it('of the providers stands before the summary', async () => {
    const { stdout, printed, summary } = await runTask([], {
      createPublisher: ({ output }) => ({
        async publish() {
          await output?.('##vso[artifact.upload]/out/a')
          return published
        },
      }),
    })
    expect(stdout.split('\n')[0]).toBe('##vso[artifact.upload]/out/a')
    expect(printed).toEqual(summary)
  })

  it('is coloured on a terminal only, and never steered by a game', async () => {
    const told = async (isTTY: boolean, variables = {}): Promise<string> => {
      const written: string[] = []
      const loadGame = async (): Promise<MissionGame> => ({ ...gameOf(() => mission()), name: 'a\u001b[31mred\ngame' })
      await runTask(['--mission', 'one'], {
        variables,
        loadGame,
        stderr: { isTTY, columns: 80, write: (text) => written.push(text) },
        createWriter: () => ({ id: 'w', write: () => Promise.reject(new Error('no')) }),
      })
      return written.join('')
    }
    expect(await told(false)).toContain('a\\u001b[31mred\ngame 1')
    expect(await told(false)).not.toContain('\u001b')
    expect(await told(true)).toContain('\u001b[33mwarning:')
    expect(await told(true, { NO_COLOR: '1' })).toContain('\nwarning:')
  })

  it('tells where a fault comes from, if it is asked', async () => {
    const loadGame = () => Promise.reject(new Error('no game'))
    const stack = /^ {4}at /m
    expect((await runTask([], { loadGame })).stderr).not.toMatch(stack)
    expect((await runTask(['--verbose'], { loadGame })).stderr).toMatch(stack)
    expect((await runTask([], { loadGame, variables: { DEBUG: '1' } })).stderr).toMatch(stack)
  })

  it('is help on stdout, without a summary', async () => {
    const { exitCode, stdout, stderr, summary } = await runTask(['--help'])
    expect({ exitCode, stderr, summary }).toEqual({ exitCode: 0, stderr: '', summary: undefined })
    expect(stdout).toContain('Usage: downlink export [options]')
    for (const flag of ['--artifactDir <folder>', '--noDryRun', '--failOn <what>']) expect(stdout).toContain(flag)
    expect(stdout).not.toContain('--artifact-dir,')
  })
})

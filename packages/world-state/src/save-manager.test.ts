import {
  type Artifact,
  type ExportMetrics,
  MemoryTelemetryWriter,
  TelemetryArtifactWriterAdapter,
} from '@downlink/artifacts'
import { describe, expect, it, vi } from 'vitest'
import { WorldStateError } from './errors.ts'
import { EventBus } from './event-bus.ts'
import { SaveManager, type SaveManagerOptions } from './save-manager.ts'
import { createMissionSlice } from './slices/mission.ts'
import { createTutorialSlice } from './slices/tutorial.ts'
import { createMemoryStorage } from './storage/memory-storage.ts'
import type { StoragePort } from './storage/storage-port.ts'
import { WorldStateStore } from './store/world-state-store.ts'
import { fleetSlice } from './test-doubles.ts'

const game = { name: 'Red vs Blue', version: '1.0.0', seed: 7, missionId: 'cascade' }
const now = Date.UTC(2026, 0, 1)

function aWorld(options: Partial<SaveManagerOptions> = {}) {
  const store = new WorldStateStore({
    slices: [fleetSlice, createTutorialSlice(), createMissionSlice()],
    clock: () => now,
  })
  store.dispatch('ship:set', { id: 'red-1', health: 30 })
  store.dispatch('tutorial:started', { totalSteps: 1 })
  const storage = createMemoryStorage()
  const saves = new SaveManager({ store, storage, game, clock: () => now, ...options })
  return { store, storage, saves }
}

const failingStorage = (error: unknown): StoragePort => {
  const fail = () => Promise.reject(error)
  return { read: fail, write: fail, remove: fail }
}

describe('saving', () => {
  it('keeps the world in a slot, and puts it back', async () => {
    const { store, saves } = aWorld()
    const saved = store.snapshot()
    expect(await saves.save()).toEqual({ ok: true, savedAt: now })
    store.dispatch('ship:lost', { id: 'red-1' })
    await saves.save('other')
    expect(await saves.load()).toEqual({ ok: true, savedAt: now, game })
    expect(store.snapshot()).toEqual(saved)
    await saves.load('other')
    expect(store.select('fleet', 'count')).toBe(0)
  })

  it('keeps the last of several saves, whatever the storage takes for each', async () => {
    const kept = new Map<string, string>()
    const waits = [30, 0]
    const storage: StoragePort = {
      ...createMemoryStorage(),
      read: async (slot) => kept.get(slot),
      write: async (slot, text) => {
        for (let turn = waits.shift() ?? 0; turn > 0; turn--) await null
        kept.set(slot, text)
      },
    }
    const { store, saves } = aWorld({ storage })
    const first = saves.save()
    store.dispatch('ship:lost', { id: 'red-1' })
    const [, , loaded] = await Promise.all([first, saves.save(), saves.load()])
    expect(loaded.ok).toBe(true)
    expect(store.select('fleet', 'count')).toBe(0)
  })

  it('goes on after a save that failed', async () => {
    const storage = createMemoryStorage()
    const write = vi.spyOn(storage, 'write').mockRejectedValueOnce(new Error('once'))
    const { saves } = aWorld({ storage })
    expect(await saves.save()).toMatchObject({ ok: false, reason: 'storage_failed', message: 'once' })
    expect(await saves.save()).toMatchObject({ ok: true })
    expect(write).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['no_store', { game }],
    ['no_storage', { game, store: aWorld().store }],
    [
      'quota_exceeded',
      { game, store: aWorld().store, storage: failingStorage(new WorldStateError('quota_exceeded', 'full')) },
    ],
    ['storage_failed', { game, store: aWorld().store, storage: failingStorage('gone') }],
  ])('says %s', async (reason, options) => {
    const saves = new SaveManager(options)
    expect(await saves.save()).toMatchObject({ ok: false, reason, message: expect.any(String) })
    const expected = reason === 'quota_exceeded' ? 'storage_failed' : reason
    expect(await saves.load()).toMatchObject({ ok: false, reason: expected })
  })

  it('asks the game who it is at the time', async () => {
    let seed = 1
    const { saves } = aWorld({ game: () => ({ ...game, seed: seed++ }) })
    await saves.save()
    expect(await saves.load()).toMatchObject({ game: { seed: 1 } })
  })
})

describe('loading', () => {
  it.each([
    ['missing', undefined],
    ['corrupt', ''],
    ['corrupt', '{"formatVersion":1,"savedAt":'],
    ['corrupt', '5'],
    ['corrupt', 'null'],
    ['corrupt', '{"formatVersion":1}'],
    ['refused', JSON.stringify({ formatVersion: 2, savedAt: 1, game, snapshot: { formatVersion: 1, slices: {} } })],
    ['refused', JSON.stringify({ formatVersion: 1, savedAt: 1, game, snapshot: { formatVersion: 1, slices: {} } })],
  ])('says %s of %j, and changes nothing', async (reason, text) => {
    const { store, storage, saves } = aWorld()
    if (text !== undefined) await storage.write('default', text)
    const state = store.getState()
    const result = await saves.load()
    expect(result).toMatchObject({ ok: false, reason, message: expect.any(String) })
    if (reason === 'refused') {
      expect(result).toHaveProperty('refusal.reason', expect.stringMatching(/newer_format|missing_slice/))
    }
    expect(store.getState()).toBe(state)
  })

  it('finds nothing in a slot that was emptied', async () => {
    const { storage, saves } = aWorld()
    await saves.save()
    await storage.remove('default')
    expect(await saves.load()).toMatchObject({ reason: 'missing' })
  })
})

describe('the summary', () => {
  it('has its head, the slices’ sections and the host’s, as JSON', () => {
    const { saves } = aWorld({ sections: { engine: () => ({ tick: 5, at: new Date(0) }), fleet: () => 'host' } })
    const summary = saves.getInspectorSummary()
    expect(summary).toMatchObject({
      formatVersion: 1,
      generatedAt: now,
      generatedIso: '2026-01-01T00:00:00.000Z',
      source: 'worldStateStore',
      game,
      tutorial: { metrics: { status: 'running' } },
      engine: { tick: 5, at: '1970-01-01T00:00:00.000Z' },
      fleet: 'host',
    })
    expect(JSON.parse(JSON.stringify(summary))).toStrictEqual(summary)
  })

  it('answers without a store', () => {
    const saves = new SaveManager({ game, clock: () => now, sections: { engine: () => 1 } })
    expect(saves.getInspectorSummary()).toEqual({
      formatVersion: 1,
      generatedAt: now,
      generatedIso: '2026-01-01T00:00:00.000Z',
      source: 'unavailable',
      game,
      engine: 1,
    })
    expect(new SaveManager({ game }).getInspectorSummary().generatedAt).toBeGreaterThan(now - 1e12)
  })

  it('goes on where a section throws what has no text', () => {
    const fail = (): never => {
      throw Object.create(null)
    }
    const saves = new SaveManager({ game, sections: { engine: fail } })
    expect(saves.getInspectorSummary()).toMatchObject({ engine: null, failedSections: [{ section: 'engine' }] })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a row that is too long', [['red-1', 30]]],
    ['rows that are no lists', [{ id: 'red-1' }]],
  ])('exports the others where the rows of a table are %s', async (_, rows) => {
    const odd = { ...fleetSlice, tables: { ships: { columns: ['id'], rows: () => rows as never } } }
    const saves = new SaveManager({ store: new WorldStateStore({ slices: [odd, createMissionSlice()] }), game })
    const { artifacts, summary } = await saves.exportInspectorSummary({ formats: ['json', 'csv'] })
    expect(artifacts.map(({ section }) => section)).toEqual(['summary', 'missions'])
    expect(summary.failedSections).toMatchObject([{ section: 'ships', message: expect.stringContaining('"ships"') }])
  })

  it('names what comes later, since a look is taken at one moment', async () => {
    const later = async () => ({ ready: true })
    const never = async () => Promise.reject(new Error('no'))
    const slice = {
      ...fleetSlice,
      inspect: { fleet: later },
      tables: { ships: { columns: ['id'], rows: never as never } },
    }
    const store = new WorldStateStore({ slices: [slice] })
    const sections = { engine: later, renderer: never }
    const saves = new SaveManager({ store, game: never as never, sections, events: never as never })
    const summary = saves.getInspectorSummary()
    expect(summary).toMatchObject({ game: { name: 'unknown' }, fleet: null, engine: null, renderer: null })
    const message = 'Expected it at once, got a promise'
    const named = ['game', 'fleet', 'engine', 'renderer', 'ships', 'events'].map((section) => ({ section, message }))
    expect(summary.failedSections).toEqual(named)
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('goes on where a section fails, and names it', () => {
    const fail = (): never => {
      throw new Error('no')
    }
    const badSlice = { ...fleetSlice, inspect: { fleet: fail }, tables: { ships: { columns: ['id'], rows: fail } } }
    const store = new WorldStateStore({ slices: [badSlice, createMissionSlice()] })
    const sections = {
      engine: () => {
        throw 'text'
      },
      telemetry: () => 1,
    }
    const saves = new SaveManager({ store, game: fail, sections, events: fail })
    expect(saves.getInspectorSummary()).toMatchObject({
      game: { name: 'unknown', seed: null },
      fleet: null,
      missions: { missions: [] },
      engine: null,
      telemetry: 1,
      failedSections: [
        { section: 'game', message: 'no' },
        { section: 'fleet', message: 'no' },
        { section: 'engine', message: 'text' },
        { section: 'ships', message: 'no' },
        { section: 'events', message: 'no' },
      ],
    })
  })
})

describe('the export', () => {
  const all = [
    'save-inspector-summary-20260101T000000Z.json',
    'save-inspector-ships-20260101T000000Z.csv',
    'save-inspector-tutorial-snapshots-20260101T000000Z.csv',
    'save-inspector-missions-20260101T000000Z.csv',
    'save-inspector-tutorial-transcript-20260101T000000Z.csv',
    'save-inspector-tutorial-transcript-20260101T000000Z.md',
    'save-inspector-events-20260101T000000Z.ndjson',
  ]

  it('makes every artifact, by the default adapter in memory where no writer is given', async () => {
    const { saves } = aWorld({ events: () => [{ type: 'round_started' }] })
    const { summary, artifacts, metrics } = await saves.exportInspectorSummary()
    expect(artifacts.map(({ filename }) => filename)).toEqual(all)
    expect(metrics).toMatchObject({ attempted: 7, failures: [], writerSummaries: [{ id: 'memory', successes: 7 }] })
    expect(summary.source).toBe('worldStateStore')
  })

  it('uses the writer that it is given, as an object, a function, or an adapter, before the manager’s', async () => {
    const writeArtifacts = vi.fn(async (artifacts: readonly Artifact[]): Promise<ExportMetrics> => {
      return { attempted: artifacts.length, written: [], failures: [], writerSummaries: [], durationMs: 0 }
    })
    const { saves } = aWorld({ adapter: { writeArtifacts } })
    await saves.exportInspectorSummary({ formats: ['json'], context: { shard: 2 } })
    expect(writeArtifacts).toHaveBeenCalledWith([expect.objectContaining({ section: 'summary' })], { shard: 2 })
    const memory = new MemoryTelemetryWriter()
    await saves.exportInspectorSummary({ writer: memory, formats: ['json'], prefix: 'mine' })
    expect(memory.text('mine-summary-20260101T000000Z.json')).toContain('"source": "worldStateStore"')
    const write = vi.fn()
    await saves.exportInspectorSummary({ writer: write, formats: ['json'], context: { shard: 3 } })
    expect(write).toHaveBeenCalledWith(
      expect.objectContaining({ section: 'summary' }),
      expect.objectContaining({ shard: 3 }),
    )
    await saves.exportInspectorSummary({ writer: { writeArtifacts }, formats: ['json'] })
    expect(writeArtifacts).toHaveBeenCalledTimes(2)
  })

  it('takes an adapter in every form, and the adapter’s own write as well', async () => {
    const { saves } = aWorld()
    const memory = new MemoryTelemetryWriter()
    const adapter = new TelemetryArtifactWriterAdapter({ writers: [memory] })
    const { write } = { write: (artifact: Artifact) => adapter(artifact) }
    for (const [at, writer] of [adapter, { write }, write].entries()) {
      const { metrics } = await saves.exportInspectorSummary({ writer, formats: ['json'], prefix: `form-${at}` })
      expect(metrics.failures).toEqual([])
    }
    expect(memory.artifacts.map(({ filename }) => filename.slice(0, 6))).toEqual(['form-0', 'form-1', 'form-2'])
  })

  it.each([5, 'folder', true])('refuses the writer %j with a code', async (writer) => {
    const exporting = aWorld().saves.exportInspectorSummary({ writer: writer as never })
    await expect(exporting).rejects.toMatchObject({ name: 'ArtifactError', code: 'unknown_writer' })
  })

  it.each([undefined, null, {}, 'done'])(
    'refuses with a code what an adapter says that is no metrics: %j',
    async (said) => {
      const heard = vi.fn()
      const { saves } = aWorld({ adapter: { writeArtifacts: async () => said as never }, eventBus: { emit: heard } })
      await expect(saves.exportInspectorSummary()).rejects.toMatchObject({
        name: 'ArtifactError',
        code: 'bad_option',
        message: expect.stringContaining('`adapter.writeArtifacts`'),
      })
      expect(heard.mock.lastCall?.[0]).toBe('telemetry:export_failed')
    },
  )

  it('takes null for what was left out', async () => {
    const { saves } = aWorld()
    const { metrics } = await saves.exportInspectorSummary(null as never)
    expect(metrics.failures).toEqual([])
    const nothing = { writer: null, formats: null, prefix: null, context: null } as never
    expect((await saves.exportInspectorSummary(nothing)).metrics.written).toHaveLength(metrics.written.length)
  })

  it('says which formats the game has nothing for, and to the bus that the export failed', async () => {
    const eventBus = new EventBus()
    const heard: string[] = []
    eventBus.on('telemetry:*', (_payload, name) => void heard.push(name))
    const { saves } = aWorld({ eventBus })
    expect((await saves.exportInspectorSummary({ formats: ['json', 'ndjson'] })).emptyFormats).toEqual(['ndjson'])
    expect(heard.at(-1)).toBe('telemetry:export_failed')
    expect((await saves.exportInspectorSummary()).emptyFormats).toEqual([])
    expect(heard.at(-1)).toBe('telemetry:export_completed')
  })

  it('shows a failing writer in the metrics and does not throw', async () => {
    const eventBus = new EventBus()
    const heard: [string, unknown][] = []
    eventBus.on('telemetry:*', (payload, name) => heard.push([name, payload]))
    const writer = () => Promise.reject(new Error('disk full'))
    const { saves } = aWorld({ eventBus })
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { metrics } = await saves.exportInspectorSummary({ writer, formats: ['json'], context: { qa: true } })
    expect(metrics.failures).toMatchObject([{ writer: 'writer', message: 'disk full' }])
    expect(heard.map(([name]) => name)).toEqual([
      'telemetry:export_started',
      'telemetry:artifact_failed',
      'telemetry:export_failed',
    ])
    const notice = { generatedAt: now, missionId: 'cascade', context: { qa: true } }
    expect(heard[0]?.[1]).toEqual(notice)
    expect(heard[2]?.[1]).toMatchObject({ ...notice, artifacts: [{ section: 'summary' }], metrics })
  })

  it('tells the bus of its completion, and survives one that throws', async () => {
    const eventBus = new EventBus()
    const completed = vi.fn()
    eventBus.on('telemetry:export_completed', completed)
    await aWorld({ eventBus }).saves.exportInspectorSummary({ formats: ['json'] })
    expect(completed).toHaveBeenCalledOnce()
    const emit = () => {
      throw new Error('mine')
    }
    const { saves } = aWorld({ eventBus: { emit } })
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect((await saves.exportInspectorSummary({ formats: ['json'] })).metrics.failures).toEqual([])
  })

  it('rejects where there is nothing that could be written, and says so to the bus', async () => {
    const eventBus = new EventBus()
    const failed = vi.fn()
    eventBus.on('telemetry:export_failed', failed)
    const { saves } = aWorld({ eventBus })
    await expect(saves.exportInspectorSummary({ formats: ['xml'] })).rejects.toThrow('json, csv, transcript-csv')
    expect(failed).toHaveBeenCalledWith(
      expect.objectContaining({ error: expect.objectContaining({ code: 'unknown_format' }) }),
      'telemetry:export_failed',
    )
  })

  it('shows the world as it was when asked, however long the writing takes', async () => {
    const { store, saves } = aWorld()
    const exporting = saves.exportInspectorSummary({ formats: ['json'] })
    store.dispatch('ship:lost', { id: 'red-1' })
    expect((await exporting).summary.fleet).toEqual({ ships: ['red-1'], lost: 0 })
  })
})

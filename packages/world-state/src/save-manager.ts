/** What a game asks when it wants its world kept, loaded, or looked at. */
import type { EventPort, GameIdentity, InspectorSummary } from '@downlink/artifacts'
import { WorldStateError } from './errors.ts'
import {
  type ArtifactAdapter,
  exportInspection,
  type InspectorExportRequest,
  type InspectorExportResult,
} from './export-inspector.ts'
import { type InspectionSources, inspectGame } from './inspection.ts'
import { readSave, writeSave } from './save-file.ts'
import type { StoragePort } from './storage/storage-port.ts'
import type { HydrateFailure } from './store/hydration.ts'
import type { WorldStateStore } from './store/world-state-store.ts'

export interface SaveManagerOptions extends InspectionSources {
  /** Without one there is nothing to save, and a summary says so. */
  readonly store?: Pick<WorldStateStore, 'check' | 'snapshot' | 'hydrate' | 'inspect' | 'tables'>
  /** Where saves are kept: `createLocalStorage()`, `createIndexedDbStorage()` … Without one they can't be. */
  readonly storage?: StoragePort
  /** Where exports go unless told. @default memory: the artifacts are in the result */
  readonly adapter?: ArtifactAdapter
  /** Hears `telemetry:export_started`, `_completed` and `_failed`. */
  readonly eventBus?: EventPort
}

export type SaveFailureCode =
  /** There is no store to save. */
  | 'no_store'
  /** There is no storage to save to. */
  | 'no_storage'
  /** The storage is full; the slot holds what it held before. */
  | 'quota_exceeded'
  /** The storage can't be used. */
  | 'storage_failed'

export type LoadFailureCode =
  | Exclude<SaveFailureCode, 'quota_exceeded'>
  /** The slot is empty. */
  | 'missing'
  /** What is in the slot is no save. */
  | 'corrupt'
  /** It is one, but the store does not take it; `refusal` says why. */
  | 'refused'

export interface Failure<Code> {
  readonly ok: false
  readonly reason: Code
  /** For people. */
  readonly message: string
  readonly cause?: unknown
}

export type SaveResult = { readonly ok: true; readonly savedAt: number } | Failure<SaveFailureCode>

export type LoadResult =
  | { readonly ok: true; readonly savedAt: number; readonly game: GameIdentity }
  | (Failure<LoadFailureCode> & { readonly refusal?: HydrateFailure })

const defaultSlot = 'default'

/**
 * @example
 * const saves = new SaveManager({ store, storage: createLocalStorage(), game: { name: 'Red vs Blue', version: '1.0.0', seed: 7, missionId: 'cascade' } })
 * await saves.save()
 */
export class SaveManager {
  readonly #options: SaveManagerOptions
  /** Writes go one after the other, so that the last save is the one that stays. */
  #lastWrite: Promise<unknown> = Promise.resolve()

  constructor(options: SaveManagerOptions) {
    this.#options = options
  }

  /** Keeps the world as it is now. Never rejects. */
  async save(slot: string = defaultSlot): Promise<SaveResult> {
    const { store, storage, game, clock = Date.now } = this.#options
    if (!store) return withoutStore
    if (!storage) return withoutStorage
    try {
      const savedAt = clock()
      const identity = typeof game === 'function' ? game() : game
      const text = writeSave({ formatVersion: 1, savedAt, game: identity, snapshot: store.snapshot() })
      const writing = this.#lastWrite.then(() => storage.write(slot, text))
      this.#lastWrite = writing.catch(() => {})
      await writing
      return { ok: true, savedAt }
    } catch (cause) {
      return storageFailure(cause)
    }
  }

  /** Puts the world back as it was saved, or says why it could not and changes nothing. Never rejects. */
  async load(slot: string = defaultSlot): Promise<LoadResult> {
    const { store, storage } = this.#options
    if (!store) return withoutStore
    if (!storage) return withoutStorage
    let text: string | undefined
    try {
      await this.#lastWrite
      text = await storage.read(slot)
    } catch (cause) {
      return { ...storageFailure(cause), reason: 'storage_failed' }
    }
    if (text === undefined) return { ok: false, reason: 'missing', message: `There is no save in slot '${slot}'` }
    const read = readSave(text)
    if (!read.ok) return read
    const { savedAt, game, snapshot } = read.save
    const result = store.hydrate(snapshot)
    return result.ok
      ? { ok: true, savedAt, game }
      : { ok: false, reason: 'refused', message: result.message, refusal: result }
  }

  /**
   * The world at this moment, as JSON data. A section that can't be read is null, and named in `failedSections`.
   * Without a store its source is `unavailable`, and the rest is there all the same.
   */
  getInspectorSummary(): InspectorSummary {
    return inspectGame(this.#options).summary
  }

  /**
   * Makes artifacts of the world at this moment and writes them; the look is taken before anything is awaited.
   * A failing writer is a failure in the metrics.
   *
   * @throws {ArtifactError} where nothing could be written at all: an unknown format, a bad prefix or writer
   * @example const { metrics } = await saves.exportInspectorSummary({ formats: ['json', 'csv'], context: { reason: 'qa' } })
   */
  exportInspectorSummary(request: InspectorExportRequest = {}): Promise<InspectorExportResult> {
    return exportInspection(inspectGame(this.#options), request, this.#options)
  }
}

const withoutStore = { ok: false, reason: 'no_store', message: 'There is no store' } as const
const withoutStorage = { ok: false, reason: 'no_storage', message: 'There is no storage' } as const

function storageFailure(cause: unknown): Failure<'quota_exceeded' | 'storage_failed'> {
  const isFull = cause instanceof WorldStateError && cause.code === 'quota_exceeded'
  const message = cause instanceof Error ? cause.message : String(cause)
  return { ok: false, reason: isFull ? 'quota_exceeded' : 'storage_failed', message, cause }
}

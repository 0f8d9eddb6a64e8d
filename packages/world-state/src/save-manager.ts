/** Saves and loads a game's world, and shows it to an inspector. */

import type { EventPort, GameIdentity, InspectorSummary, SetTimer } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import { randomText } from './environment.ts'
import { expectObject, WorldStateError } from './errors.ts'
import {
  type ArtifactAdapter,
  exportInspection,
  type InspectionSources,
  type InspectorExportRequest,
  type InspectorExportResult,
  inspectGame,
} from './inspector.ts'
import { readSave, type Save, writeSave } from './save-file.ts'
import { defaultSlot, SaveSlots } from './save-slots.ts'
import { deadlineOf } from './storage/deadline.ts'
import type { StoragePort } from './storage/storage-port.ts'
import type { HydrateFailure } from './store/load-snapshot.ts'
import type { WorldStateStore } from './store/world-state-store.ts'

export interface SaveManagerOptions extends InspectionSources {
  /** Without one there is nothing to save, and a summary says so. @default none */
  readonly store?: Pick<WorldStateStore, 'check' | 'snapshot' | 'hydrate' | 'inspect' | 'tables'>
  /** Where saves are kept: `createLocalStorage()`, `createIndexedDbStorage()` … Without one they can't be. @default none */
  readonly storage?: StoragePort
  /**
   * How long a storage may take, in milliseconds, from 1 to 2147483647. The storages of this package have a shorter time of their own, after
   * which they undo what they began.
   *
   * @default 15,000
   */
  readonly storageTimeoutMs?: number
  /** @default setTimeout */
  readonly setTimer?: SetTimer
  /** Other names that the game once had: its saves from then are taken, too. @default [] */
  readonly formerNames?: readonly string[]
  /** Where exports go unless told. @default memory: the artifacts are in the result */
  readonly adapter?: ArtifactAdapter
  /** Hears `telemetry:export_started`, `_completed` and `_failed`. @default none */
  readonly eventBus?: EventPort
}

export const saveDefaults = { storageTimeoutMs: 15_000 }

export interface SaveOptions {
  /** Replace also what another tab or process wrote since, or what was in the slot and never loaded. @default false */
  readonly overwrite?: boolean
}

type StorageFailureCode =
  /** The storage did not answer in time. */
  | 'storage_timeout'
  /** Another tab holds the storage, and does not let go of it. */
  | 'storage_blocked'
  /** The storage can't be used. */
  | 'storage_failed'

export type SaveFailureCode =
  | StorageFailureCode
  /** There is no store to save. */
  | 'no_store'
  /** There is no storage to save to. */
  | 'no_storage'
  /** `game` or `clock` throws, or gives what no save can hold. */
  | 'bad_option'
  /** The store would not take it back: `refusal` says why. */
  | 'refused'
  /** The slot holds a save that was neither loaded nor written from here: `held` says which. */
  | 'conflict'
  /** The storage is full; the slot holds what it held before. */
  | 'quota_exceeded'

export type LoadFailureCode =
  | StorageFailureCode
  | 'no_store'
  | 'no_storage'
  /** `game` throws. */
  | 'bad_option'
  /** The slot is empty. */
  | 'missing'
  /** What is in the slot is no save. */
  | 'corrupt'
  /** It is one of a game of another name. */
  | 'other_game'
  /** It is one, but the store does not take it; `refusal` says why. */
  | 'refused'

export interface Failure<Code> {
  readonly ok: false
  readonly reason: Code
  /** For people. */
  readonly message: string
  readonly cause?: unknown
  readonly refusal?: HydrateFailure
}

/** Of a save, what a player can choose by. */
export type SaveHead = Pick<Save, 'savedAt' | 'game'>

export type SaveResult =
  | { readonly ok: true; readonly savedAt: number }
  /** `held` is null where the slot holds something else than a save. */
  | (Failure<SaveFailureCode> & { readonly held?: SaveHead | null })

export type LoadResult = ({ readonly ok: true } & SaveHead) | Failure<LoadFailureCode>

/**
 * @throws {WorldStateError} `bad_option`
 * @example
 * const saves = new SaveManager({ store, storage: createLocalStorage(), game: { name: 'Red vs Blue', version: '1.0.0', seed: 7, missionId: 'cascade' } })
 * await saves.save()
 */
export class SaveManager {
  readonly #options: SaveManagerOptions
  readonly #slots: SaveSlots | undefined

  constructor(options: SaveManagerOptions) {
    expectObject('`options`', options)
    this.#options = options
    const { storage, storageTimeoutMs = saveDefaults.storageTimeoutMs, setTimer } = options
    const deadline = deadlineOf({ timeoutMs: storageTimeoutMs, ...(setTimer && { setTimer }) }, storageTimeoutMs)
    this.#slots = storage && new SaveSlots(storage, deadline)
  }

  /**
   * Keeps the world as it is now. Never rejects.
   * @param given the slot. @default 'default'
   */
  async save(given?: string, options?: SaveOptions): Promise<SaveResult> {
    const { store, clock = Date.now } = this.#options
    const slot = given ?? defaultSlot
    if (!store) return withoutStore
    if (!this.#slots) return withoutStorage
    let savedAt: number
    let text: string
    try {
      const refusal = store.check()
      if (!refusal.ok) return refused(refusal)
      savedAt = clock()
      text = writeSave({ revision: randomText(), savedAt, game: this.#identity(), snapshot: store.snapshot() })
    } catch (cause) {
      return failure('bad_option', cause)
    }
    try {
      const replaced = await this.#slots.replace(slot, text, options?.overwrite ?? false)
      return replaced.ok ? { ok: true, savedAt } : conflict(slot, replaced.held)
    } catch (cause) {
      return failure(reasonOf(cause), cause)
    }
  }

  /**
   * Puts the world back as it was saved, or says why it could not and changes nothing. Never rejects.
   * @param given the slot. @default 'default'
   */
  async load(given?: string): Promise<LoadResult> {
    const { store } = this.#options
    const slot = given ?? defaultSlot
    if (!store) return withoutStore
    if (!this.#slots) return withoutStorage
    try {
      return await this.#slots.read(slot, (text) =>
        text === undefined
          ? { ok: false, reason: 'missing', message: `There is no save in slot '${slot}'` }
          : this.#loadText(text, store),
      )
    } catch (cause) {
      const reason = reasonOf(cause)
      return failure(reason === 'quota_exceeded' ? 'storage_failed' : reason, cause)
    }
  }

  #loadText(text: string, store: Pick<WorldStateStore, 'hydrate'>): LoadResult {
    const read = readSave(text)
    if (!read.ok) return read
    const { savedAt, game, snapshot } = read.save
    try {
      const names = [this.#identity().name, ...(this.#options.formerNames ?? [])]
      if (!names.includes(game.name)) {
        const message = `Expected a save of '${names.join("' or '")}', got one of '${game.name}'`
        return { ok: false, reason: 'other_game', message }
      }
      const result = store.hydrate(snapshot)
      return result.ok ? { ok: true, savedAt, game } : refused(result)
    } catch (cause) {
      return failure('bad_option', cause)
    }
  }

  #identity(): GameIdentity {
    const { game } = this.#options
    return typeof game === 'function' ? game() : game
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

function failure<Code>(reason: Code, cause: unknown): Failure<Code> {
  return { ok: false, reason, message: messageOf(cause), cause }
}

const refused = (refusal: HydrateFailure): Failure<'refused'> => ({
  ok: false,
  reason: 'refused',
  message: refusal.message,
  refusal,
})

function conflict(slot: string, text: string): SaveResult {
  const read = readSave(text)
  const held = read.ok ? { savedAt: read.save.savedAt, game: read.save.game } : null
  const message = `Slot '${slot}' holds a save that was neither loaded nor written from here`
  return { ok: false, reason: 'conflict', message, held }
}

function reasonOf(cause: unknown): StorageFailureCode | 'quota_exceeded' {
  const code = cause instanceof WorldStateError ? cause.code : undefined
  return code === 'quota_exceeded' || code === 'storage_timeout' || code === 'storage_blocked' ? code : 'storage_failed'
}

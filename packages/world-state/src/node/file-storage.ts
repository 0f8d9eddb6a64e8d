/** Keeps saves as files, one a slot: for headless games and tools. */

import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode, type TextFileSystem, writeAtomically } from '@downlink/artifacts/node'
import { kindOf } from '@downlink/protocol'
import { expectObject, WorldStateError } from '../errors.ts'
import { type DeadlineOptions, deadlineOf, withDeadline } from '../storage/deadline.ts'
import { requireReplaceable, type StoragePort, withStorage } from '../storage/storage-port.ts'

export interface FileStorageOptions extends DeadlineOptions {
  /** Made at the first save. */
  readonly folder: string
  /** @default that of Node */
  readonly fileSystem?: FileSystem
}

export const fileStorageDefaults = { timeoutMs: 10_000 }

/** What a storage needs of `node:fs/promises`. */
export interface FileSystem extends TextFileSystem {
  readFile(path: string, encoding: 'utf8'): Promise<string>
}

const nodeFiles: FileSystem = { mkdir, readFile, open, rename, rm }

/** Of two processes that save at once one waits for the other. */
const lockPauseMs = 20

/**
 * @throws {WorldStateError} `bad_option`
 * @example new SaveManager({ store, game, storage: createFileStorage({ folder: './saves' }) })
 */
export function createFileStorage(options: FileStorageOptions): StoragePort {
  expectObject('`options`', options)
  const { folder, fileSystem = nodeFiles } = options
  if (typeof folder !== 'string' || folder === '') {
    throw new WorldStateError('bad_option', `Expected \`folder\` to be the path of a folder, got ${kindOf(folder)}`)
  }
  const deadline = deadlineOf(options, fileStorageDefaults.timeoutMs)
  const pause = (ms: number): Promise<void> => new Promise((resume) => deadline.setTimer(resume, ms))
  const pathOf = (slot: string): string => join(folder, slotFile(slot))
  const use = <Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withStorage(() => withDeadline(run, deadline))

  async function readText(path: string): Promise<string | undefined> {
    try {
      return await fileSystem.readFile(path, 'utf8')
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** A file that only one can make holds a slot. */
  async function withLock(path: string, signal: AbortSignal, run: () => Promise<void>): Promise<void> {
    const lock = `${path}.lock`
    await waitForLock(lock, signal)
    try {
      await run()
    } finally {
      await fileSystem.rm(lock, { force: true })
    }
  }

  /** A process that died holding a slot is waited for half of the time, so that the other half is left to save in. */
  async function waitForLock(lock: string, signal: AbortSignal): Promise<void> {
    let isAbandoned = false
    const cancel = deadline.setTimer(() => {
      isAbandoned = true
    }, deadline.timeoutMs / 2)
    try {
      while (!(await makeLock(lock))) {
        if (isAbandoned) await fileSystem.rm(lock, { force: true })
        isAbandoned = false
        await pause(lockPauseMs)
        signal.throwIfAborted()
      }
    } finally {
      cancel()
    }
  }

  async function makeLock(lock: string): Promise<boolean> {
    try {
      const file = await fileSystem.open(lock, 'wx')
      await file.close()
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      throw error
    }
  }

  return {
    read: (slot) => use(() => readText(pathOf(slot))),
    write: (slot, text, mayReplace) =>
      use(async (signal) => {
        const path = pathOf(slot)
        await fileSystem.mkdir(folder, { recursive: true })
        await withLock(path, signal, async () => {
          if (mayReplace) requireReplaceable(await readText(path), mayReplace)
          await writeAtomically(path, text, { fileSystem, wait: pause, signal })
        })
      }),
    remove: (slot) => use(() => fileSystem.rm(pathOf(slot), { force: true })),
  }
}

/** Longer names of slots are cut, and told apart by their hash. */
const maxLength = 100

/**
 * A slot's name as a file's name that every file system takes. Different slots have different files, also where case counts for nothing: capitals are escaped like all that is not
 * a letter, a digit or a hyphen.
 */
export function slotFile(slot: string): string {
  const safe = slot.replace(/[^a-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`)
  const name = safe.length <= maxLength ? safe : `${safe.slice(0, maxLength)}__${hashOf(slot)}`
  // The prefix keeps it from being empty, or one of the names that Windows reserves.
  return `save-${name}.json`
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

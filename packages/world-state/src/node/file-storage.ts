/** Saves as files, one a slot: for headless games and tools. */

import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncWherePossible } from '@downlink/artifacts/node'
import { kindOf } from '@downlink/protocol'
import { WorldStateError } from '../errors.ts'
import { expectObject } from '../option-checks.ts'
import { type DeadlineOptions, deadlineOf, withDeadline } from '../storage/deadline.ts'
import { requireReplaceable, withStorage } from '../storage/storage-fault.ts'
import type { StoragePort } from '../storage/storage-port.ts'
import { slotFile } from './slot-file.ts'

export interface FileStorageOptions extends DeadlineOptions {
  /** Made at the first save. */
  readonly folder: string
  /** @default that of Node */
  readonly fileSystem?: FileSystem
}

export const fileStorageDefaults = { timeoutMs: 10_000 as number }

/** What a storage needs of `node:fs/promises`. */
export interface FileSystem {
  mkdir(path: string, options: { recursive: true }): Promise<unknown>
  readFile(path: string, encoding: 'utf8'): Promise<string>
  open(path: string, flags: 'wx'): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  rm(path: string, options: { force: true }): Promise<void>
}

export interface OpenFile {
  writeFile(text: string, encoding: 'utf8'): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

const nodeFiles: FileSystem = { mkdir, readFile, open, rename, rm }

/** Windows refuses a rename while somebody, a virus scanner say, looks at the file. */
const passing = ['EPERM', 'EACCES', 'EBUSY']
const renameAttempts = 10

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
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Written beside it, made durable, and only then put in its place: who reads sees the old save or the new one. */
  async function replace(path: string, text: string, signal: AbortSignal): Promise<void> {
    const temporary = `${path}.${randomUUID()}.tmp`
    try {
      await writeDurably(temporary, text)
      signal.throwIfAborted()
      await renamePatiently(temporary, path)
    } catch (error) {
      await fileSystem.rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }

  async function writeDurably(path: string, text: string): Promise<void> {
    const file = await fileSystem.open(path, 'wx')
    try {
      await file.writeFile(text, 'utf8')
      await syncWherePossible(file)
    } finally {
      await file.close()
    }
  }

  async function renamePatiently(from: string, to: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await fileSystem.rename(from, to)
      } catch (error) {
        if (!passing.includes(codeOf(error)) || attempt === renameAttempts) throw error
      }
      await pause(attempt * 10)
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
      if (codeOf(error) === 'EEXIST') return false
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
          await replace(path, text, signal)
        })
      }),
    remove: (slot) => use(() => fileSystem.rm(pathOf(slot), { force: true })),
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code)

/** Keeps saves as files, one a slot: for headless games and tools. */

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode, type TextFileSystem, writeAtomically } from '@downlink/artifacts/node'
import { kindOf } from '@downlink/protocol'
import { expectObject, WorldStateError } from '../errors.ts'
import { type DeadlineOptions, deadlineOf, withDeadline } from '../storage/deadline.ts'
import { requireReplaceable, type StoragePort, withStorage } from '../storage/storage-port.ts'
import { createLockFile, slotFile } from './slot-file.ts'

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
  const withLock = createLockFile(fileSystem, deadline, pause)
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

/** Saves as files, one a slot: for headless games and tools. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withStorage } from '../storage/storage-fault.ts'
import type { StoragePort } from '../storage/storage-port.ts'
import { slotFile } from './slot-file.ts'

export interface FileStorageOptions {
  /** Made at the first save. */
  readonly folder: string
  /** @default that of Node */
  readonly fileSystem?: FileSystem
}

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

/** @example new SaveManager({ store, game, storage: createFileStorage({ folder: './saves' }) }) */
export function createFileStorage({ folder, fileSystem = nodeFiles }: FileStorageOptions): StoragePort {
  const pathOf = (slot: string): string => join(folder, slotFile(slot))

  /** Written beside it, made durable, and only then put in its place: who reads sees the old save or the new one. */
  async function replace(path: string, text: string): Promise<void> {
    const temporary = `${path}.${randomUUID()}.tmp`
    try {
      await writeDurably(temporary, text)
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
      await file.sync()
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
      await new Promise((resume) => setTimeout(resume, attempt * 10))
    }
  }

  return {
    read: (slot) =>
      withStorage(async () => {
        try {
          return await fileSystem.readFile(pathOf(slot), 'utf8')
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined
          throw error
        }
      }),
    write: (slot, text) =>
      withStorage(async () => {
        await fileSystem.mkdir(folder, { recursive: true })
        await replace(pathOf(slot), text)
      }),
    remove: (slot) => withStorage(() => fileSystem.rm(pathOf(slot), { force: true })),
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code)

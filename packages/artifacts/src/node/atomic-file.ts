/** Writes a file as a whole or not at all: as a draft beside its goal, synced, and only then given its name. */
import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '@downlink/protocol'
import { isRefusal, systemCode } from './file-errors.ts'
import { makeFolder } from './make-folder.ts'

/** An open file that is written to. */
export interface DraftHandle {
  sync(): Promise<void>
  close(): Promise<void>
}

export interface Draft {
  readonly path: string
  /** Why the file system does not sync it, where it refuses to: shared folders, SMB and FUSE may. */
  readonly unsynced: string | undefined
}

export interface DraftSteps<Handle extends DraftHandle, Written, Placed> {
  /** Exclusive, so that no link that somebody put there is followed. */
  open(path: string): Promise<Handle>
  write(handle: Handle): Promise<Written>
  /** Gives the draft its name, by a rename or a link. */
  place(draft: Draft & Written): Promise<Placed>
  /** Removes what is left of the draft, be it nothing. Never rejects. */
  discard(path: string): Promise<void>
}

/**
 * Rejects as a step does, and where the disk fails to sync: it is full, or broken. No draft stays, whatever happens.
 *
 * @param folder of the final file, since only within one file system a file can get another name
 */
export async function throughDraft<Handle extends DraftHandle, Written, Placed>(
  folder: string,
  { open, write, place, discard }: DraftSteps<Handle, Written, Placed>,
): Promise<Placed> {
  const path = join(folder, `.downlink-${randomUUID()}.tmp`)
  const handle = await open(path)
  try {
    let draft: Draft & Written
    try {
      draft = { ...(await write(handle)), path, unsynced: await syncWherePossible(handle) }
    } finally {
      await handle.close()
    }
    return await place(draft)
  } finally {
    await discard(path)
  }
}

/** Whether a file of this name is a draft, as a process that was killed leaves it. */
export const isDraft = (name: string): boolean => /^\.downlink-.*\.tmp$/.test(name)

/** Why the file system does not sync, where it refuses to; nothing once it has. */
async function syncWherePossible(handle: DraftHandle): Promise<string | undefined> {
  try {
    await handle.sync()
    return undefined
  } catch (error) {
    if (!isRefusal(error)) throw error
    return messageOf(error)
  }
}

/** A text, or bytes, at once or as they come. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>

/** What `open` of `node:fs/promises` resolves to, as far as a file's content needs it. */
export interface OpenFile extends DraftHandle {
  /** From where the last one ended. */
  writeFile(content: string | Uint8Array, encoding: 'utf8'): Promise<void>
}

/** The part of `node:fs/promises` that content needs on its way to a file. */
export interface TextFileSystem {
  mkdir(path: string, options: { recursive: true }): Promise<unknown>
  open(path: string, flags: 'wx', mode?: number): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  rm(path: string, options: { force: true }): Promise<void>
}

const nodeFiles: TextFileSystem = { ...fs, mkdir: makeFolder }

export interface AtomicWriteOptions {
  /** @default that of Node */
  readonly fileSystem?: TextFileSystem
  /** Between attempts at a rename. @default a timer */
  readonly wait?: Wait
  /** Aborted before the file has its name, nothing is written. @default none */
  readonly signal?: AbortSignal
  /** Permissions of the file. @default 0o666, less the process's umask */
  readonly mode?: number
}

/**
 * Writes a text in UTF-8, or bytes, in the place of an earlier file: who reads sees the old one or the new one. Makes the
 * folder. A file system that does not sync is none of its concern: the file can be written anew.
 */
export async function writeAtomically(
  path: string,
  content: FileContent,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const { fileSystem = nodeFiles, wait = sleep, signal, mode } = options
  const folder = dirname(path)
  await fileSystem.mkdir(folder, { recursive: true })
  await throughDraft(folder, {
    open: (draft) => fileSystem.open(draft, 'wx', mode),
    write: async (handle) => {
      const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content
      for await (const piece of pieces) await handle.writeFile(piece, 'utf8')
      return {}
    },
    async place(draft) {
      signal?.throwIfAborted()
      await retried(() => fileSystem.rename(draft.path, path), wait)
    },
    discard: (draft) => fileSystem.rm(draft, { force: true }).catch(() => {}),
  })
}

export type Wait = (delayMs: number) => Promise<void>

/** What Windows answers while a virus scanner or an indexer holds a file, for a moment. */
const passing = ['EPERM', 'EBUSY', 'EACCES']

/** Two seconds in all. Elsewhere these codes don't pass, but then the folder would have refused the file before. */
const delaysMs = [10, 20, 50, 100, 200, 400, 600, 600]

/** Tries again, after each delay, what Windows refuses for a moment. */
export async function retried<T>(attempt: () => Promise<T>, wait: Wait): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await attempt()
    } catch (error) {
      if (!passing.includes(systemCode(error) ?? '')) throw error
      await wait(delayMs)
    }
  }
  return attempt()
}

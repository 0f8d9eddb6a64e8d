/**
 * Notes who owns a log: whoever opened it last. The owner's random id stands in a file, which the writer reads before it
 * acknowledges anything. A lock of the file system would be of no use: two containers on one volume don't see each other's.
 * A crash leaves the file behind, which is harmless: the next opener puts its own in its place.
 */
import { randomBytes } from 'node:crypto'
import { CollectorError } from '../errors.ts'
import { parseObject } from '../parse-object.ts'
import type { LogFiles } from './log-files.ts'

export interface Owner {
  /** Of this process's opening, and no other. */
  readonly id: string
  /** Where it answers, for whoever wants to open the log as well. */
  readonly socket: string | undefined
}

export interface Ownership {
  /** Has nobody opened the log since? Rejects where that can't be read. */
  isHeld(): Promise<boolean>
}

const fileName = 'owner'
const formatVersion = 1

/** @throws {CollectorError} `data_in_use` where another process opens the log at this very moment */
export async function takeOwnership(files: LogFiles, socket?: string): Promise<Ownership> {
  const text = JSON.stringify({ format: formatVersion, id: randomBytes(16).toString('hex'), socket })
  const isHeld = async (): Promise<boolean> => (await files.readText(fileName)) === text
  await files.replaceText(fileName, text)
  if (await isHeld()) return { isHeld }
  throw new CollectorError('data_in_use', 'Another process opens this log at the same moment')
}

/** @returns undefined where nobody ever opened the log, or a later version did */
export async function readOwner(files: LogFiles): Promise<Owner | undefined> {
  const { format, id, socket } = parseObject(await files.readText(fileName)) ?? {}
  if (format !== formatVersion || typeof id !== 'string') return undefined
  return { id, socket: typeof socket === 'string' ? socket : undefined }
}

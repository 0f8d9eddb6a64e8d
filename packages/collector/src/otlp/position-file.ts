/** Keeps how far the log was sent, in a file of the data folder. */
import { readFile } from 'node:fs/promises'
import type { Position } from '../log/read-log.ts'
import { parseObject } from '../parse-object.ts'
import { writeSmallFile } from '../small-files.ts'

/** All before it was sent, and of the entry that begins there so many events. */
export interface SentPosition extends Position {
  readonly events: number
}

export const positionFile = 'otlp.json'

const formatVersion = 1

/** @returns undefined where there is none, `unreadable` where nobody can tell any more what was sent */
export async function readSentPosition(path: string): Promise<SentPosition | undefined | 'unreadable'> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const { format, segment, offset, events } = parseObject(text) ?? {}
  const isSound =
    format === formatVersion && typeof segment === 'string' && [offset, events].every((value) => isPlace(value))
  return isSound ? { segment, offset: Number(offset), events: Number(events) } : 'unreadable'
}

const isPlace = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

/** After a crash, of the machine too, the one before is there or this one. */
export const writeSentPosition = (path: string, { segment, offset, events }: SentPosition): Promise<void> =>
  writeSmallFile(path, JSON.stringify({ format: formatVersion, segment, offset, events }))

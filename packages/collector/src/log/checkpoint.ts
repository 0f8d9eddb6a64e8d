/**
 * The last checkpoint that the store reported: its file holds everything before this place of the log.
 * A hint, and no more: where it is lost, torn, or names what is not there, the whole log is read.
 */
import type { LogFiles } from './log-files.ts'
import { parseObject } from './owner.ts'
import type { Position } from './read-log.ts'

const fileName = 'checkpoint'
const formatVersion = 1

export async function readCheckpoint(files: LogFiles): Promise<Position | undefined> {
  const { format, segment, offset } = parseObject(await files.readText(fileName)) ?? {}
  if (format !== formatVersion || typeof segment !== 'string' || !Number.isSafeInteger(offset)) return undefined
  return { segment, offset: Number(offset) }
}

export const writeCheckpoint = (files: LogFiles, position: Position): Promise<void> =>
  files.replaceText(fileName, JSON.stringify({ format: formatVersion, ...position }))

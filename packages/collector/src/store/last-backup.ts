/** Notes in the data folder which backup is the newest that was made of it: where it stands, and where it was put. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from '../log/read-log.ts'
import { parseObject } from '../parse-object.ts'
import { writeSmallFile } from '../small-files.ts'

export interface LastBackup {
  /** When it was made, in ms since 1970. */
  readonly at: number
  readonly bytes: number
  /** How many were kept when it was made, it among them; undefined where an older version made it. */
  readonly keep?: number | undefined
  /** Where it was put; somebody may have moved it since. Undefined where it is not to be put back unasked. */
  readonly path?: string | undefined
  /** Where in the log it stands, which is kept since; undefined where it is not. */
  readonly position?: Position | undefined
}

const fileOf = (data: string): string => join(data, 'last-backup.json')

/** @returns undefined before the first; and where the note is torn, until the next */
export async function readLastBackup(data: string): Promise<LastBackup | undefined> {
  const note = parseObject(await readFile(fileOf(data), 'utf8').catch(() => undefined)) ?? {}
  const { at, bytes, keep, path, position } = note
  if (typeof at !== 'number' || typeof bytes !== 'number') return undefined
  return {
    ...{ at, bytes, path: typeof path === 'string' ? path : undefined },
    keep: typeof keep === 'number' ? keep : undefined,
    position: isPosition(position) ? position : undefined,
  }
}

export const writeLastBackup = (data: string, last: LastBackup): Promise<void> =>
  writeSmallFile(fileOf(data), JSON.stringify(last))

function isPosition(value: unknown): value is Position {
  const { segment, offset } = (value ?? {}) as Partial<Position>
  return typeof segment === 'string' && Number.isSafeInteger(offset)
}

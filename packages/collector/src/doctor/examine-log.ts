/** Examines the log of a data folder at rest: how much of it is sound, what is damaged, and whose. */
import { existsSync } from 'node:fs'
import { CollectorError } from '../errors.ts'
import { sessionsIn } from '../log/entry.ts'
import { openLogFiles } from '../log/log-files.ts'
import { type Position, readLog } from '../log/read-log.ts'
import { listSegments } from '../log/segment.ts'

export interface LogReport {
  readonly segments: number
  readonly bytes: number
  readonly entries: number
  readonly damage: readonly LogDamage[]
  /** Ids of segments that others name, and that are not there. */
  readonly missingSegments: readonly string[]
  /** Heads that can't be read, by the segment's name; entries are found without them. */
  readonly damagedHeads: readonly string[]
  /** Why none of it can be read: a later version wrote it. */
  readonly unreadable?: string
  /** Where entries begin and end that the database may stand at. */
  readonly holds: (position: Position) => boolean
}

export interface LogDamage {
  readonly segment: string
  readonly bytes: number
  /** Nothing sound follows it: a write that was cut short, or damage since. */
  readonly isTail: boolean
  /** Sessions of which an entry can still be told to have been there. */
  readonly sessions: readonly string[]
}

/** @param onProgress hears the share of the log's bytes that was read */
export async function examineLog(folder: string, onProgress: (share: number) => void): Promise<LogReport> {
  const none = { segments: 0, bytes: 0, entries: 0, damage: [], missingSegments: [], damagedHeads: [] }
  if (!existsSync(folder)) return { ...none, holds: () => false }
  const files = await openLogFiles(folder)
  try {
    const segments = await listSegments(files)
    const last = segments.at(-1)
    if (!last) return { ...none, holds: () => false }
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
    const damage: LogDamage[] = []
    const missingSegments: string[] = []
    let entries = 0
    let [read, from] = [0, 0]
    for await (const record of readLog(files, undefined, { segment: last.key, offset: last.bytes })) {
      if (record.kind === 'entry') entries++
      else if (record.kind === 'missing-segment') missingSegments.push(record.id)
      else {
        const { segment, offset } = record.end
        const sessions = sessionsIn(record.heads)
        damage.push({ segment, bytes: record.bytes, isTail: segment === last.key && offset === last.bytes, sessions })
      }
      if (record.end.offset < from) read += from
      from = record.end.offset
      onProgress((read + from) / bytes)
    }
    return {
      segments: segments.length,
      bytes,
      entries,
      damage,
      missingSegments,
      damagedHeads: segments.filter(({ head }) => !head).map(({ key }) => key),
      holds: ({ segment, offset }) => segments.some((other) => other.key === segment && offset <= other.bytes),
    }
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error
    return { ...none, unreadable: error.message, holds: () => false }
  }
}

/**
 * Makes sure that a database's write-ahead log is worth being read with its file. DuckDB reads whatever stands under
 * its name, also that of an older copy of the file, after which sessions count events that are not there.
 */
import { existsSync } from 'node:fs'
import { copyFile, link, rename, rm, truncate } from 'node:fs/promises'
import { openLogFiles } from '../../log/log-files.ts'
import { type Position, readLog } from '../../log/read-log.ts'
import { listSegments } from '../../log/segment.ts'
import { type Probe, type ProbeFailure, probe, probeAll } from './probe.ts'
import { quarantineName, sizeOf, walEndings } from './quarantine.ts'

export interface Quarantined {
  readonly path: string
  readonly quarantined: string
  readonly reason: string
}

export interface WriteAheadLogCheck {
  readonly quarantined: readonly Quarantined[]
  /** What is no damage. */
  readonly failure?: ProbeFailure
}

/**
 * Leaves a write-ahead log that may be read, or none. Whether the file itself can be read is another question.
 *
 * @param logFolder of the collector's own log, whose entries the database is made of
 */
export async function checkWriteAheadLog(file: string, logFolder: string): Promise<WriteAheadLogCheck> {
  const quarantined: Quarantined[] = []
  const give = async (reason: string) => {
    quarantined.push(...(await quarantineLogs(file, reason)))
  }
  if (!(await hasLogs(file))) return { quarantined }
  if (!(await sizeOf(file))) {
    await give('Its database file is missing')
    return { quarantined }
  }
  let [alone, whole] = await lookTwice(file)
  const damagedAt = whole.kind === 'corrupt' ? damagedOffset(whole.reason) : undefined
  if (whole.kind === 'corrupt' && damagedAt !== undefined) {
    // What stands before the damage is worth reading, where the log does not have it.
    quarantined.push(await cut(`${file}.wal`, damagedAt, whole.reason))
    whole = await probe(file, 'look')
  }
  // One whose file can't be read either stays with it.
  if (alone.kind === 'corrupt') return { quarantined }
  if (whole.kind === 'corrupt') {
    await give(whole.reason)
    return { quarantined }
  }
  if (alone.kind !== 'sound') return { quarantined, failure: alone }
  if (whole.kind !== 'sound') return { quarantined, failure: whole }
  if (await isInLog(logFolder, alone.answer.position, whole.answer.position)) {
    for (const ending of walEndings) await rm(file + ending, { force: true })
  } else if (await isForeign(file)) await give('It belongs to another database file')
  return { quarantined }
}

async function hasLogs(file: string): Promise<boolean> {
  for (const ending of walEndings) if (await sizeOf(file + ending)) return true
  return false
}

export async function quarantineLogs(file: string, reason: string): Promise<readonly Quarantined[]> {
  const done: Quarantined[] = []
  for (const ending of walEndings) {
    const path = file + ending
    if (!(await sizeOf(path))) continue
    const quarantined = quarantineName(path)
    await rename(path, quarantined)
    done.push({ path, quarantined, reason })
  }
  return done
}

/** As DuckDB names the place of an entry that it can't read. */
function damagedOffset(reason: string): number | undefined {
  const [, offset] = /WAL file ".*\.wal": Corrupt WAL file: entry at byte position (\d+)/.exec(reason) ?? []
  return offset === undefined ? undefined : Number(offset) - entryHeadBytes
}

/** A length and a checksum, which DuckDB has read when it names a place. */
const entryHeadBytes = 16

async function cut(path: string, length: number, reason: string): Promise<Quarantined> {
  const quarantined = quarantineName(path)
  await copyFile(path, quarantined)
  await truncate(path, length)
  return { path, quarantined, reason }
}

/** Looks at a file without its write-ahead log, and with it. */
async function lookTwice(file: string): Promise<readonly [alone: Probe, whole: Probe]> {
  const [alone, whole] = await withAlone(file, (other) => probeAll([other, file]))
  return [alone, whole] as readonly [Probe, Probe]
}

/** A write-ahead log stands beside its file under its name, so under another name the file stands alone. */
async function withAlone<Result>(file: string, use: (alone: string) => Promise<Result>): Promise<Result> {
  const alone = `${file}.alone`
  await rm(alone, { force: true })
  // Not every file system has links.
  await link(file, alone).catch(() => copyFile(file, alone))
  try {
    return await use(alone)
  } finally {
    await rm(alone, { force: true })
  }
}

/** Does the log hold all that stands between two positions, so that the sink can read it again? */
async function isInLog(folder: string, from: Position | undefined, to: Position | undefined): Promise<boolean> {
  if (!from || !to || !existsSync(folder)) return false
  // Nothing of it was read.
  if (from.segment === to.segment && from.offset === to.offset) return false
  const files = await openLogFiles(folder)
  const segments = await listSegments(files)
  for (const { segment, offset } of [from, to]) {
    if (!segments.some(({ key, bytes }) => key === segment && bytes >= offset)) return false
  }
  let end = from
  for await (const record of readLog(files, from, to)) {
    if (record.kind !== 'entry') return false
    end = record.end
  }
  return end.segment === to.segment && end.offset === to.offset
}

async function isForeign(file: string): Promise<boolean> {
  const whole = await probe(file, 'count')
  const alone = await withAlone(file, (other) => probe(other, 'count'))
  if (whole.kind !== 'sound' || alone.kind !== 'sound') return false
  return whole.answer.unbalanced > alone.answer.unbalanced
}

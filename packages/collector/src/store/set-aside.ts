/** Makes sure that the database file can be opened: what is corrupt is set aside, never deleted. */
import { rename, stat } from 'node:fs/promises'
import { CollectorError } from '../errors.ts'
import { type Probe, probe } from './probe.ts'

export interface SetAsideLog {
  error(details: object, message: string): void
}

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function setAsideCorrupt(file: string, log: SetAsideLog): Promise<void> {
  const wal = `${file}.wal`
  // A log without its file belongs to no file that will be made here.
  if (!(await sizeOf(file)) && (await sizeOf(wal))) await setAside(wal, 'Its database file is missing', log)
  if ((await sizeOf(file)) === undefined) return
  // The log first: in most cases it alone is damaged, and the file keeps all but the last minutes.
  for (const suspect of [wal, file]) {
    const verdict = await verdictOn(file, wal)
    if (verdict.kind === 'sound') return
    if (verdict.kind !== 'corrupt') throw unopened(file, verdict)
    if (await sizeOf(suspect)) await setAside(suspect, verdict.reason, log)
    else if (suspect === file) await setAside(file, verdict.reason, log)
  }
}

async function verdictOn(file: string, wal: string): Promise<Probe> {
  const verdict = await probe(file)
  // A sound probe has moved the log into the file. One that stays was not understood, and would be skipped for ever.
  return verdict.kind === 'sound' && (await sizeOf(wal))
    ? { kind: 'corrupt', reason: 'The write-ahead log is not readable' }
    : verdict
}

async function setAside(path: string, reason: string, log: SetAsideLog): Promise<void> {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '')
  const aside = `${path}.corrupt-${time}`
  await rename(path, aside)
  log.error({ path, aside, reason }, 'CORRUPT DATA was set aside; the collector goes on without it')
}

/** @throws {CollectorError} always */
export function unopened(file: string, verdict: Exclude<Probe, { kind: 'sound' }>): CollectorError {
  return verdict.kind === 'in_use'
    ? new CollectorError(
        'data_in_use',
        `${file} is in use: stop the other collector, or give this one another data folder. ${verdict.reason}`,
      )
    : new CollectorError('data_unusable', `Can't open ${file}: ${verdict.reason}`)
}

/** Bytes of a file; undefined where there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size
}

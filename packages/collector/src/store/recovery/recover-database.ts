/** Makes sure that the database can be opened: what is damaged is quarantined, and what can be read of it is kept. */
import { rm } from 'node:fs/promises'
import { CollectorError } from '../../errors.ts'
import { type Probe, type ProbeFailure, probe } from './probe.ts'
import { quarantineDatabase, sizeOf } from './quarantine.ts'
import { finishRebuild, rebuild } from './rebuild.ts'
import { restoreLastBackup } from './restore-last-backup.ts'
import { checkWriteAheadLog, quarantineLogs } from './write-ahead-log.ts'

export interface RecoveryLog {
  error(details: object, message: string): void
}

export interface RecoveryOptions {
  readonly file: string
  /** Of the collector's own log. */
  readonly logFolder: string
  /** What is known already to be wrong with the file: a probe reads neither indexes nor all of a large one. */
  readonly damage?: string | undefined
  readonly log: RecoveryLog
}

const wasQuarantined = 'CORRUPT DATA was quarantined; the collector goes on without it'
const wasRestored =
  'The database was DAMAGED: the last backup stands in its place, and what came after it is read from the log'
const wasRebuilt = 'The database was DAMAGED and is rebuilt; what is gone of it counts as missing'

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function recoverDatabase({ file, logFolder, damage, log }: RecoveryOptions): Promise<void> {
  await finishRebuild(file)
  const { quarantined, failure } = await checkWriteAheadLog(file, logFolder)
  for (const one of quarantined) log.error(one, wasQuarantined)
  if (failure) throw unopened(file, failure)
  const size = await sizeOf(file)
  if (size === undefined) return
  if (size === 0) {
    log.error({ path: file, quarantined: await quarantineDatabase(file), reason: 'It is empty' }, wasQuarantined)
    await restoreInstead(true)
    return
  }
  const probed: Probe = damage === undefined ? await probe(file, 'open') : { kind: 'corrupt', reason: damage }
  if (probed.kind === 'sound') {
    // It is in the file now. One that stays was not understood, and would be skipped for ever.
    const left = await quarantineLogs(file, 'It is not readable')
    for (const one of left) {
      // The rest of one that is quarantined as a whole is of no use to anybody.
      if (quarantined.length > 0) await rm(one.quarantined)
      else log.error(one, wasQuarantined)
    }
    return
  }
  if (probed.kind !== 'corrupt') throw unopened(file, probed)
  // Nothing is lost then, as it may be of what can be read.
  if (await restoreInstead(false)) return
  const rebuilt = await rebuild(file, logFolder)
  if (rebuilt.kind === 'failed') throw unopened(file, rebuilt.failure)
  const { reason } = probed
  if (rebuilt.kind === 'lost') {
    log.error({ path: file, quarantined: rebuilt.quarantined, reason }, wasQuarantined)
    await restoreInstead(true)
  } else log.error({ path: file, quarantined: rebuilt.quarantined, reason, ...rebuilt.salvage }, wasRebuilt)

  async function restoreInstead(lacksOther: boolean): Promise<boolean> {
    const restored = await restoreLastBackup(file, logFolder, lacksOther)
    if (restored) log.error({ path: file, ...restored }, wasRestored)
    return restored !== undefined
  }
}

/** @throws {CollectorError} always */
export function unopened(file: string, probed: ProbeFailure): CollectorError {
  return probed.kind === 'in_use'
    ? new CollectorError(
        'data_in_use',
        `${file} is in use: stop the other collector, or give this one another data folder. ${probed.reason}`,
      )
    : new CollectorError('data_unusable', `Can't open ${file}: ${probed.reason}`)
}

/** Deals what goes wrong in a run, by chance: processes die, power fails, disks refuse; and, in a disaster, bytes decay and copies are put back. */

import type { Chance } from '../../packages/cli/src/verify/random.ts'
import { listSegments } from '../../packages/collector/src/log/segment.ts'
import type { FaultyDisk } from '../../packages/collector/src/log/test-doubles.ts'
import { type Content, type ModelDatabase, nothing } from './model-database.ts'
import type { Senders } from './senders.ts'

export interface Faults {
  /** The store process takes long to come back. */
  readonly isSlow: boolean
  strike(): Promise<void>
  /** Nothing is slow any more. */
  end(): void
}

export interface FaultsOptions {
  readonly chance: Chance
  readonly disk: FaultyDisk
  readonly database: ModelDatabase
  readonly senders: Pick<Senders, 'endanger'>
  readonly killCollector: () => void
  readonly killStore: () => void
  /** Bytes decay, segments are lost, older copies are put back: what was acknowledged may be missing, but is counted. */
  readonly disasters: boolean
}

export function createFaults({
  chance,
  disk,
  database,
  senders,
  killCollector,
  killStore,
  disasters,
}: FaultsOptions): Faults {
  let logCopies: ReadonlyMap<string, Buffer>[] = []
  let backups: Content[] = []
  let isSlow = false

  return {
    get isSlow() {
      return isSlow
    },

    async strike() {
      const dice = chance(100)
      if (dice < 15) killCollector()
      else if (dice < 30) killStore()
      else if (dice < 42) {
        killCollector()
        disk.cutPower()
      } else if (dice < 50) disk.fail('sync')
      else if (dice < 56) disk.fail('write')
      else if (dice < 59) disk.fail('create')
      else if (dice < 66) {
        killStore()
        database.loseCommits(chance(101) / 100)
      } else if (dice < 72) {
        isSlow = !isSlow
        if (isSlow) killStore()
      } else if (dice < 80) logCopies = [...logCopies, disk.copy()].slice(-3)
      else if (dice < 84) backups = [...backups, database.content()].slice(-3)
      else if (disasters) await disaster()
    },

    end() {
      isSlow = false
    },
  }

  async function disaster(): Promise<void> {
    senders.endanger()
    const dice = chance(100)
    const segments = await listSegments(disk).catch(() => [])
    const older = segments.slice(0, -1)
    if (dice < 40) {
      const names = await disk.list()
      const name = names[chance(names.length)]
      if (name !== undefined && name !== 'owner') disk.flip(name, chance(disk.contentOf(name).length + 1))
    } else if (dice < 60 && older.length > 0) disk.lose(`${older[chance(older.length)]?.key}.log`)
    else if (dice < 80) {
      killStore()
      database.restore(backups[chance(backups.length)] ?? nothing)
    } else {
      killCollector()
      disk.putBack(dice < 90 ? new Map() : (logCopies[chance(logCopies.length)] ?? new Map()))
    }
  }
}

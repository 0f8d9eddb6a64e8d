/** Keeps the figures of a store process: what its collector sees of it, and what it tells of itself. */
import type { StoreFigures } from '../metrics/metrics.ts'
import type { SinkReports } from '../sink/sink-reports.ts'
import type { DatabaseSpace } from '../store/copy-database.ts'
import type { LogUpdates } from './log-updates.ts'
import type { FromStore } from './messages.ts'
import type { SupervisedStore } from './supervised-store.ts'

export interface KeptFigures extends StoreFigures {
  /** Takes note of what it tells. */
  take(message: FromStore): void
}

export function createStoreFigures(
  supervised: SupervisedStore,
  updates: LogUpdates,
  reports: SinkReports,
): KeptFigures {
  let memoryBytes = 0
  let space: DatabaseSpace | undefined
  let databaseVersion: string | undefined
  return {
    get isUp() {
      return supervised.isUp()
    },
    get lag() {
      return updates.lag()
    },
    restarts: supervised.endings,
    reports: reports.counts,
    get readsRunning() {
      return supervised.readsRunning
    },
    get readsKilled() {
      return supervised.readsKilled
    },
    get memoryBytes() {
      return memoryBytes
    },
    get space() {
      return space
    },
    get databaseVersion() {
      return databaseVersion
    },
    take(message) {
      if (message.kind === 'ready') databaseVersion = message.databaseVersion
      else if (message.kind === 'space') space = message.space
      else if (message.kind === 'alive') memoryBytes = message.memoryBytes
    },
  }
}

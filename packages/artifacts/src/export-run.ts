/** What writers and publisher of one export share: the caller's context and signal, the time limits, the clock. */

import type { AdapterSettings } from './adapter-options.ts'
import type { SetTimer } from './deadline.ts'

export interface ExportRun {
  readonly settings: AdapterSettings
  readonly context: Readonly<Record<string, unknown>>
  /** The caller's. It ends the export. */
  readonly signal: AbortSignal | undefined
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly setTimer: SetTimer
}

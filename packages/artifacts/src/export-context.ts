/** Holds what the writers and the publisher of one export share: the caller's context and signal, time limits, clock. */

import { messageOf } from '@downlink/protocol'
import type { AdapterSettings } from './adapter-options.ts'
import type { SetTimer } from './deadline.ts'
import { ArtifactError, expectObject } from './errors.ts'

export type ExportContext = Readonly<Record<string, unknown>>

/** The caller's signal, where there is one. */
export const signalIn = ({ signal }: ExportContext): AbortSignal | undefined =>
  signal instanceof AbortSignal ? signal : undefined

/**
 * Null counts as left out. What throws in it throws before anything is written.
 * @throws {ArtifactError} `bad_option`
 */
export function readableContext(given: ExportContext | null): ExportContext {
  const context = given ?? {}
  expectObject('context', context)
  try {
    void { ...context }
    return context
  } catch (cause) {
    throw new ArtifactError('bad_option', `The context can't be read: ${messageOf(cause)}`, { cause })
  }
}

export interface ExportRun {
  readonly settings: AdapterSettings
  readonly context: Readonly<Record<string, unknown>>
  /** The caller's. It ends the export. */
  readonly signal: AbortSignal | undefined
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly setTimer: SetTimer
}

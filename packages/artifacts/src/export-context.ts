/** What the caller of an export passes through to writers, publisher and events. */
import { messageOf } from '@downlink/protocol'
import { ArtifactError } from './errors.ts'
import { expectObject } from './option-checks.ts'

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

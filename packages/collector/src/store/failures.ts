/** Tells what an error of the database means for what was to be written. */
import { messageOf } from '@downlink/protocol'
import type { WriteOutcome } from '../sink/event-store.ts'

/** A value that fits no column: thrown before the database sees it. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError'
}

/** DuckDB names the kind of an error at the start of its message. */
const contentErrors = /^(Invalid Input|Conversion|Constraint|Out of Range|Mismatch Type) Error/
const fatalErrors = /FATAL Error|INTERNAL Error|has been invalidated/
const memoryErrors = /Out of Memory|could not allocate/i
const damageErrors = /Corrupt database file|Could not read enough bytes/

export function failureOf(error: unknown): Exclude<WriteOutcome, { kind: 'written' }> {
  const message = messageOf(error)
  const reason = error instanceof UnstorableError ? noColumn : contentErrors.exec(message)?.[0]
  return reason === undefined ? { kind: 'unavailable', reason: message } : { kind: 'refused', reason, detail: message }
}

const noColumn = 'A value fits no column'

/** Nothing helps but to open the file anew: the engine refuses all further work, or needs a block that is damaged. */
export const isFatal = (error: unknown): boolean => fatalErrors.test(messageOf(error)) || damageOf(error) !== undefined

/** How the engine says that its file is damaged; undefined where it says something else. */
export function damageOf(error: unknown): string | undefined {
  const message = messageOf(error)
  return damageErrors.test(message) ? message : undefined
}

export const isOutOfMemory = (reason: string): boolean => memoryErrors.test(reason)

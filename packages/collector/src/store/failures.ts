/** What an error of the database means for what was to be written. */
import type { WriteOutcome } from '../sink/event-store.ts'

/** A value that fits no column: thrown before the database sees it. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError'
}

/** DuckDB names the kind of an error at the start of its message. */
const contentErrors = /^(Invalid Input|Conversion|Constraint|Out of Range|Mismatch Type) Error/
const fatalErrors = /FATAL Error|INTERNAL Error|has been invalidated/

export function failureOf(error: unknown): Exclude<WriteOutcome, { kind: 'written' }> {
  const reason = messageOf(error)
  const refused = error instanceof UnstorableError || contentErrors.test(reason)
  return { kind: refused ? 'refused' : 'unavailable', reason }
}

/** The engine refuses all further work until its file is opened anew. */
export const isFatal = (error: unknown): boolean => fatalErrors.test(messageOf(error))

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

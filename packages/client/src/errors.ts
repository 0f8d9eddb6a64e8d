/** Declares what this package throws: misuse only. Everything from outside is a status or a count. */

export type TelemetryErrorCode =
  /** An option is out of its range or of the wrong kind. */
  'bad_option'

export class TelemetryError extends Error {
  override readonly name = 'TelemetryError'
  readonly code: TelemetryErrorCode = 'bad_option'
}

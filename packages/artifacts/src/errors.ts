/** Names what goes wrong with artifacts, each with a code to act on, and checks options. */
import { messageOf, shown } from '@downlink/protocol'

export type ArtifactErrorCode =
  /** An option is out of its range, or of the wrong type. */
  | 'bad_option'
  /** A format that there is not. */
  | 'unknown_format'
  /** A table whose section, columns or rows don't fit. */
  | 'bad_table'
  /** A writer that is no object with `write`, no function and no config that is known here. */
  | 'unknown_writer'
  /** An artifact that is no object, or that can't be read: a getter threw. */
  | 'bad_artifact'
  /** A file name that not every file system takes, or that leaves its folder. */
  | 'bad_name'
  /** Another artifact of the same export has this name. */
  | 'duplicate_name'
  /** The content is neither text nor bytes nor a stream of bytes. */
  | 'bad_content'
  /** The stream of the content failed. */
  | 'content_failed'
  /** The writer threw, for a reason without a code of its own here. */
  | 'write_failed'
  /** The write was still running at its time limit. */
  | 'write_timeout'
  /** An earlier write of this writer has still not ended, so it is given no more. */
  | 'writer_stuck'
  /** The writer read a shared stream so slowly that it held up the others. */
  | 'stream_stalled'
  /** The caller's signal ended the export. */
  | 'aborted'
  /** The artifacts are more than the writer may keep in memory. */
  | 'too_large'
  /** The folder can't be made, since something on its way is a file; or `artifactDir` leaves `artifactRoot`. */
  | 'bad_folder'
  /** The folder may not be written to. */
  | 'not_writable'
  /** There is no room left. */
  | 'disk_full'
  /** Too many files of this name, each with another content. */
  | 'name_taken'

/** @example catch (error) { if (error instanceof ArtifactError && error.code === 'disk_full') … } */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError'
  readonly code: ArtifactErrorCode

  constructor(code: ArtifactErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What lies at the bottom of an error, as one line: its own message where it has no cause. */
export function rootCauseOf(error: unknown): string {
  let cause = error
  try {
    // A cause can be its own cause.
    for (let depth = 0; depth < 16 && cause instanceof Error && cause.cause !== undefined; depth++) cause = cause.cause
  } catch {
    // A getter threw: this is as deep as anybody can look.
  }
  return messageOf(cause)
}

export const badOption = (name: string, expected: string, got: unknown): ArtifactError =>
  new ArtifactError('bad_option', `Expected \`${name}\` to be ${expected}, got ${shown(got)}`)

/** @throws {ArtifactError} `bad_option` */
export function expectObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badOption(name, 'an object', value)
}

/** @throws {ArtifactError} `bad_option` where it is no whole number from 1 up, or to `max` */
export function expectWhole(name: string, value: unknown, max: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= max) return
  throw badOption(name, `a whole number from 1 ${max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`}`, value)
}

/** @throws {ArtifactError} `bad_option` */
export function expectList(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw badOption(name, 'a list', value)
}

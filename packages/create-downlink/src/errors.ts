/** Declares what keeps Downlink from being added, each with a code. */

export type CreateErrorCode =
  /** The command line is not understood, or nobody is there to say yes. */
  | 'bad_usage'
  /** There is no game in this folder that could be seen. */
  | 'no_game'
  /** Something else listens at the port that was asked for. */
  | 'port_taken'
  /** A file of the game can't be written. */
  | 'write_failed'
  /** The package manager failed. */
  | 'install_failed'
  /** The dev server, or the collector, ended before an event came. */
  | 'dev_server_failed'

export class CreateError extends Error {
  override readonly name = 'CreateError'
  readonly code: CreateErrorCode

  constructor(code: CreateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

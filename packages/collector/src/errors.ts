/** What the collector throws, each with a code to act on. */

export type CollectorErrorCode =
  /** An option is out of its range, or of the wrong type. */
  | 'bad_option'
  /** Another process has the database file open. */
  | 'data_in_use'
  /** The data folder or its database can't be read or written. */
  | 'data_unusable'
  /** The address is taken, or may not be listened on. */
  | 'cannot_listen'
  /** Listening beyond loopback needs a key and a read token. */
  | 'unprotected'
  /** `listen`, `query` and the like after `close`, or `listen` twice. */
  | 'wrong_state'
  /** The store can't take or give anything now; later it may. */
  | 'store_unavailable'

/** @example catch (error) { if (error instanceof CollectorError && error.code === 'data_in_use') … } */
export class CollectorError extends Error {
  override readonly name = 'CollectorError'
  readonly code: CollectorErrorCode

  constructor(code: CollectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

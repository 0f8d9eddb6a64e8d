/** Lists what the collector throws, each with a code to act on. */

export type CollectorErrorCode =
  /** An option is out of its range, or of the wrong type. */
  | 'bad_option'
  /** Another process has the database file open. */
  | 'data_in_use'
  /** The data folder or its database can't be read or written. */
  | 'data_unusable'
  /** The address is taken, or may not be listened on. */
  | 'cannot_listen'
  /** Listening beyond loopback needs a key and a read token; believing a proxy needs a read token. */
  | 'unprotected'
  /** `listen`, `query` and the like after `close`, or `listen` twice. */
  | 'wrong_state'
  /** The store can't take or give anything now; later it may. */
  | 'store_unavailable'
  /** The log on NATS can't be reached, or lets nobody in. */
  | 'log_unavailable'
  /** An optional package is needed, and not installed. */
  | 'missing_package'
  /** What only a collector with its own log and database can do yet. */
  | 'not_on_cluster'
  /** A block of the database file can't be read; what does not need it can. */
  | 'data_damaged'
  /** The text is not SQL, or names what is not there; the message is the database's. */
  | 'bad_sql'
  /** More than one SELECT over the collector's own tables, or a function that is not allowed. */
  | 'forbidden_sql'
  /** The query took too long. */
  | 'query_timeout'
  /** The query needs too much memory. */
  | 'query_too_large'
  /** Too many queries at once; later there is room. */
  | 'query_busy'
  /** A commit needed the memory, the database was opened anew, or whoever asked has gone. */
  | 'query_interrupted'
  /** A dump, or a copy of the database, would take more of the disk than it may. */
  | 'no_room'
  /** What was to be restored is no backup, damaged, or of a later version. */
  | 'bad_backup'
  /** A question that was to be saved: its name, its size or a line of it. */
  | 'bad_question'
  /** A source map is larger than a browser is given. */
  | 'source_map_too_large'
  /** The query took more than could be interrupted, and the database's process was ended; or it did so too often. */
  | 'query_killed'

/** @example catch (error) { if (error instanceof CollectorError && error.code === 'data_in_use') … } */
export class CollectorError extends Error {
  override readonly name = 'CollectorError'
  readonly code: CollectorErrorCode

  constructor(code: CollectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

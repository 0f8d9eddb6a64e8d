/** What this package throws: misuse, and storage that fails. Everything else is a result or an event. */

export type WorldStateErrorCode =
  /** An option is out of its range or of the wrong kind. */
  | 'bad_option'
  /** Two slices have one name, or claim one section; or a section or event name is taken by the store itself. */
  | 'bad_slice'
  /** A state holds what no save could give back: the message says where. */
  | 'bad_state'
  /** `select` names a slice or a selector that is not there. */
  | 'unknown_selector'
  /** A game's event bus threw or rejected. Never thrown: told. */
  | 'bus_failed'
  /** A storage is full. */
  | 'quota_exceeded'
  /** A slot holds what may not be replaced. */
  | 'conflict'
  /** A storage did not answer in time. */
  | 'storage_timeout'
  /** Another tab holds the page's database open and does not let go of it. */
  | 'storage_blocked'
  /** A storage is not there, or can't be read or written. */
  | 'storage_unavailable'

export class WorldStateError extends Error {
  override readonly name = 'WorldStateError'
  readonly code: WorldStateErrorCode

  constructor(code: WorldStateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

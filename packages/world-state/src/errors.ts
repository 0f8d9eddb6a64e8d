/** Names what this package throws, misuse and storage that fails, and checks options. Everything else is a result or an event. */
import { kindOf } from '@downlink/protocol'

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

/** @throws {WorldStateError} `bad_option`, or the given code */
export function expectObject(name: string, value: unknown, code: WorldStateErrorCode = 'bad_option'): void {
  if (typeof value === 'object' && value !== null) return
  throw new WorldStateError(code, `Expected ${name} to be an object, got ${kindOf(value)}`)
}

/**
 * For options that may be left out, also by null.
 * @throws {WorldStateError} `bad_option`
 */
export function optionsIn<Options extends object>(given: Options | null | undefined): Partial<Options> {
  const options = given ?? {}
  expectObject('`options`', options)
  return options
}

/** @throws {WorldStateError} `bad_option` where it is no whole number from 1 up, or to `max` */
export function expectWhole(name: string, value: unknown, max: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= max) return Number(value)
  const range = max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`
  throw new WorldStateError('bad_option', `Expected \`${name}\` to be a whole number from 1 ${range}, got ${value}`)
}

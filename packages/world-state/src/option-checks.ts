/** What is given to whatever is made here, checked, so that wrong things are named alike. */
import { kindOf } from '@downlink/protocol'
import { WorldStateError, type WorldStateErrorCode } from './errors.ts'

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

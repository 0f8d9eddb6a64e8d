/** Reads a section of the inspector summary: one that throws, or that comes later, is named and harms no other. */
import { isThenable } from '@downlink/artifacts'

export interface SectionFault {
  readonly section: string
  readonly error: unknown
}

/** Nothing where it fails. */
export function readSection<Read, Result>(
  section: string,
  read: () => Read,
  resultOf: (read: Read) => Result,
  onFault?: (fault: SectionFault) => void,
): Result | undefined {
  try {
    return resultOf(atOnce(read()))
  } catch (error) {
    onFault?.({ section, error })
    return undefined
  }
}

/** A look is taken at one moment, so nobody waits for a promise, nor for its rejection. */
function atOnce<Value>(value: Value): Value {
  if (!isThenable(value)) return value
  value.then(undefined, () => {})
  throw new TypeError('Expected it at once, got a promise')
}

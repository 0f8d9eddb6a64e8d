/** Calls code of the host's, a bus, a logger, a listener: what fails in it, now or later, is told and stops nothing. */
import { printable } from './printable.ts'

/** An `EventBus` of @downlink/world-state fits. Where it throws, or what it returns rejects, the export goes on. */
export interface EventPort {
  emit(event: string, payload: unknown): void
}

/** What is said to people; `console` fits. */
export interface LogPort {
  warn(message: string): void
}

/** @param onFault hears what the call throws, or what the promise rejects with that it returns; it must not throw */
export function callGuarded<Result>(call: () => Result, onFault: (cause: unknown) => void): Result | undefined {
  try {
    const result = call()
    if (isThenable(result)) result.then(undefined, onFault)
    return result
  } catch (cause) {
    onFault(cause)
    return undefined
  }
}

/** What may still fail after it returned. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Warns by a logger of the host's. Where it fails, nobody is left to tell. */
export function warnGuarded(logger: LogPort, message: string): void {
  callGuarded(
    () => logger.warn(`[downlink] ${printable(message)}`),
    () => {},
  )
}

/**
 * Draws how long to wait before the next attempt: exponential backoff with full jitter, so that after a deploy the clients
 * do not all come back at once. The formula is `random(0, min(cap, base · 2^attempt))` of the AWS Architecture Blog:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */

export interface BackoffOptions {
  /** Ceiling of the first delay, in milliseconds; it doubles with each attempt. */
  readonly backoffBaseMs: number
  /** Ceiling of all delays, in milliseconds. */
  readonly backoffCapMs: number
}

/**
 * @param attempt from 0: how many attempts have failed before; `Infinity` draws from the whole range up to the cap
 * @param random in [0, 1)
 * @returns whole milliseconds, from 0 to the cap
 */
export const backoffDelayMs = (attempt: number, random: number, options: BackoffOptions): number =>
  Math.ceil(random * Math.min(options.backoffCapMs, options.backoffBaseMs * 2 ** attempt))

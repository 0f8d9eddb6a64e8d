/** Declares how long a test waits for events, and watches that none comes. */

export interface WaitOptions {
  /** In milliseconds, from 1; 0 for no limit. @default 5000, and in matchers the project's `expect.timeout` */
  readonly timeout?: number
}

export const waitDefaults = {
  /** Playwright does not tell a fixture what `expect.timeout` is. */
  waitTimeoutMs: 5000,
}

export const matcherDefaults = {
  /** How long `.not.toHaveReceived` watches: longer than a client holds an event back while its link is up. */
  absenceMs: 1500,
}

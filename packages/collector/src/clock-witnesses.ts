/** Declares by what the clock is judged that deletes what others have stamped. */

/** What others say of the time, where events are stamped by others than whoever deletes them. In ms since 1970. */
export interface ClockWitnesses {
  /** Each of them by a clock of its own. */
  readonly nowsMs: readonly number[]
  /** When the newest event came, by whoever took it; undefined where there is none. */
  readonly newestMs: number | undefined
}

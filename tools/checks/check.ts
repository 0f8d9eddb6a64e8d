/** What every check is. */

export interface Check {
  readonly name: string
  readonly run: () => Promise<Verdict>
}

export interface Verdict {
  readonly ok: boolean
  /** Shown whole when not ok. */
  readonly output: string
  /** One figure worth seeing when all is well. */
  readonly note?: string
}

/** The verdict of a check that collects faults, one line each. */
export const verdictOf = (faults: readonly string[]): Verdict => ({
  ok: faults.length === 0,
  output: faults.join('\n'),
})

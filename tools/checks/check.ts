/** Declares what every check is. */

export interface Check {
  readonly name: string
  readonly run: () => Promise<CheckResult>
}

export interface CheckResult {
  readonly ok: boolean
  /** Shown whole when not ok. */
  readonly output: string
  /** One figure worth seeing when all is well. */
  readonly note?: string
}

/** The result of a check that collects faults, one line each. */
export const resultOf = (faults: readonly string[]): CheckResult => ({
  ok: faults.length === 0,
  output: faults.join('\n'),
})

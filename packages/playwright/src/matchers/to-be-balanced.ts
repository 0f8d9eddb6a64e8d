/** `expect(telemetry).toBeBalanced()`: of all that the test's pages pushed, nothing is missing and nothing on its way. */
import type { Ledger } from '@downlink/collector'
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { explainMiss, explainPages, printLedger } from '../received/nearest-misses.ts'
import type { WaitOptions } from '../telemetry.ts'
import { assertTelemetry, result, type TelemetryReceiver, timeoutOf } from './matcher.ts'

const pollMs = 100

export async function toBeBalanced(
  this: ExpectMatcherState,
  telemetry: TelemetryReceiver,
  options: WaitOptions = {},
): Promise<MatcherReturnType> {
  assertTelemetry('toBeBalanced', telemetry)
  const timeout = timeoutOf(this, options)
  const deadlineMs = performance.now() + (timeout || Number.POSITIVE_INFINITY)
  for (;;) {
    const ledgers = await telemetry.ledger()
    const pass = ledgers.length > 0 && ledgers.every(isSettled)
    if (pass === this.isNot && performance.now() < deadlineMs) {
      // A link that is lost changes a ledger, and no event comes of it: so this is asked for, not waited for.
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      continue
    }
    if (pass !== this.isNot) return result(this, 'toBeBalanced', pass, '', [])
    const evidence = await telemetry.evidence()
    const lines =
      ledgers.length > 0 ? [...ledgers.map(printLedger), ...explainPages(evidence)] : explainMiss(anything, evidence)
    const expected = this.isNot
      ? 'Expected: a ledger with something missing or outstanding'
      : `Expected: balanced ledgers within ${timeout} ms`
    return result(this, 'toBeBalanced', pass, expected, lines)
  }
}

const anything = { type: 'event', pattern: undefined }

const isSettled = ({ balanced, outstanding }: Ledger): boolean => balanced && outstanding === 0

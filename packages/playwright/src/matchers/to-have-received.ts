/** `expect(telemetry).toHaveReceived(type, data)`: an event came, or comes in time. */
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { explainMiss } from '../received/nearest-misses.ts'
import { payloadDifferences } from '../received/pattern.ts'
import { printValue } from '../received/print.ts'
import type { WaitOptions } from '../telemetry.ts'
import { assertTelemetry, matcherDefaults, result, type TelemetryReceiver, timeoutOf } from './matcher.ts'

export async function toHaveReceived(
  this: ExpectMatcherState,
  telemetry: TelemetryReceiver,
  type: string,
  data?: unknown,
  options: WaitOptions = {},
): Promise<MatcherReturnType> {
  assertTelemetry('toHaveReceived', telemetry)
  // What has not come may still be on its way: absence is watched for, not looked up.
  const timeout = this.isNot ? (options.timeout ?? matcherDefaults.absenceMs) : timeoutOf(this, options)
  const found = await telemetry.until(
    () => telemetry.good(type).find((event) => payloadDifferences(data, event.data).length === 0),
    { timeout },
  )
  const wanted = `${type}${data === undefined ? '' : ` ${printValue(data)}`}`
  if (found !== undefined) {
    const lines = [`Received: #${found.seq} ${printValue(found.data)}`]
    return result(this, 'toHaveReceived', true, `Expected: no ${wanted}`, lines)
  }
  if (this.isNot) return result(this, 'toHaveReceived', false, `Expected: ${wanted}`, [])
  const lines = explainMiss({ type, pattern: data }, await telemetry.evidence())
  return result(this, 'toHaveReceived', false, `Expected: ${wanted} within ${timeout} ms`, lines)
}

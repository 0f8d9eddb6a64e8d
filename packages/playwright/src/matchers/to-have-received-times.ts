/** `expect(telemetry).toHaveReceivedTimes(type, times, data)`: so many of them, no more, in time. */
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { TelemetryTestError } from '../errors.ts'
import { explainMiss } from '../received/nearest-misses.ts'
import { payloadDifferences } from '../received/pattern.ts'
import { count, printValue } from '../received/print.ts'
import type { WaitOptions } from '../telemetry.ts'
import { assertTelemetry, result, type TelemetryReceiver, timeoutOf } from './matcher.ts'

export async function toHaveReceivedTimes(
  this: ExpectMatcherState,
  telemetry: TelemetryReceiver,
  type: string,
  times: number,
  data?: unknown,
  options: WaitOptions = {},
): Promise<MatcherReturnType> {
  assertTelemetry('toHaveReceivedTimes', telemetry)
  if (!(Number.isSafeInteger(times) && times >= 0)) {
    throw new TelemetryTestError('bad_option', `Expected \`times\` to be a whole number from 0 up, got ${times}`)
  }
  const timeout = timeoutOf(this, options)
  const fitting = (): number =>
    telemetry.good(type).filter((event) => payloadDifferences(data, event.data).length === 0).length
  // The count only grows: past `times` there is nothing to wait for.
  const settled = (): true | undefined => ((this.isNot ? fitting() !== times : fitting() >= times) ? true : undefined)
  await telemetry.until(settled, { timeout })
  const came = fitting()
  const wanted = `${type}${data === undefined ? '' : ` ${printValue(data)}`}`
  const expected = `Expected: ${this.isNot ? 'not ' : ''}${count(times, 'time')} ${wanted} within ${timeout} ms`
  const miss = came < times && !this.isNot ? explainMiss({ type, pattern: data }, await telemetry.evidence()) : []
  return result(this, 'toHaveReceivedTimes', came === times, expected, [`Fitting: ${came}`, ...miss])
}

/** Playwright's `expect` with matchers for `telemetry`, whose event names and payloads are bound. */
import type { EventMap } from '@downlink/protocol'
import { expect as base, type Expect, type ExpectMatcherState, type MatcherReturnType } from '@playwright/test'
import type { TelemetryReceiver, TypeAndPattern, TypeAndTimes } from './matchers/matcher.ts'
import { toBeBalanced } from './matchers/to-be-balanced.ts'
import { toHaveReceived } from './matchers/to-have-received.ts'
import { toHaveReceivedTimes } from './matchers/to-have-received-times.ts'
import type { WaitOptions } from './telemetry.ts'

type Verdict = Promise<MatcherReturnType>

export interface TelemetryMatchers<Events extends EventMap> {
  /**
   * Passes once an event of this type has come whose payload has these parts. `.not` watches for 1.5 s.
   *
   * @example await expect(telemetry).toHaveReceived('ship_destroyed', { team: 'red', killerId: expect.any(String) })
   */
  toHaveReceived(this: ExpectMatcherState, telemetry: TelemetryReceiver, ...wanted: TypeAndPattern<Events>): Verdict
  /** Passes once so many have come; fails at once when there are more. */
  toHaveReceivedTimes(this: ExpectMatcherState, telemetry: TelemetryReceiver, ...wanted: TypeAndTimes<Events>): Verdict
  /** Passes once each session's ledger adds up, with nothing missing and nothing outstanding. */
  toBeBalanced(this: ExpectMatcherState, telemetry: TelemetryReceiver, options?: WaitOptions): Verdict
}

export type TelemetryExpect<Events extends EventMap> = Expect<TelemetryMatchers<Events>>

export function createExpect<Events extends EventMap>(): TelemetryExpect<Events> {
  return base.extend({ toHaveReceived, toHaveReceivedTimes, toBeBalanced }) as unknown as TelemetryExpect<Events>
}

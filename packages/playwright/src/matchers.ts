/** Extends Playwright's `expect` with matchers for `telemetry`, whose event names and payloads are bound. */

import type { Ledger } from '@downlink/collector'
import type { EventMap } from '@downlink/protocol'
import { expect as base, type Expect, type ExpectMatcherState, type MatcherReturnType } from '@playwright/test'
import { TelemetryTestError } from './errors.ts'
import { explainMiss, explainPages, printLedger } from './received/nearest-misses.ts'
import { payloadDifferences } from './received/pattern.ts'
import { count, printValue } from './received/print.ts'
import type { TestTelemetry } from './test-telemetry.ts'
import { matcherDefaults, type WaitOptions, waitDefaults } from './wait-options.ts'

/** A part of a payload; `expect.any` and the like fit anywhere. */
export type PayloadPattern<Data> = unknown extends Data
  ? unknown
  : Data extends readonly (infer Element)[]
    ? readonly PayloadPattern<Element>[]
    : Data extends object
      ? { readonly [Key in keyof Data]?: PayloadPattern<Data[Key]> }
      : Data | AsymmetricMatcher

/** To Playwright any object at all, which would let every misspelt pattern pass where a payload is an object. */
type AsymmetricMatcher = ReturnType<Expect['any']>

/** What `expect` may be given: the telemetry of whatever events. */
export type TelemetryReceiver = Pick<TestTelemetry, 'until' | 'evidence' | 'ledger'>

/** A type with a pattern of its own payload, for each type there is. */
export type TypeAndPattern<Events extends object> = {
  [Type in keyof Events & string]: [type: Type, data?: PayloadPattern<Events[Type]>, options?: WaitOptions]
}[keyof Events & string]

/** The same with a number between. */
export type TypeAndTimes<Events extends object> = {
  [Type in keyof Events & string]: [
    type: Type,
    times: number,
    data?: PayloadPattern<Events[Type]>,
    options?: WaitOptions,
  ]
}[keyof Events & string]

/** Older versions of Playwright don't tell theirs. */
export const timeoutOf = (state: ExpectMatcherState, { timeout }: WaitOptions): number =>
  timeout ?? state.timeout ?? waitDefaults.waitTimeoutMs

/** @throws {TelemetryTestError} `bad_option` */
export function assertTelemetry(name: string, receiver: unknown): asserts receiver is TestTelemetry {
  const { until, evidence } = (receiver ?? {}) as Partial<TestTelemetry>
  if (typeof until !== 'function' || typeof evidence !== 'function') {
    throw new TelemetryTestError('bad_option', `Expected the \`telemetry\` fixture in expect(telemetry).${name}()`)
  }
}

/** @param lines what follows the hint */
export function result(
  state: ExpectMatcherState,
  name: string,
  pass: boolean,
  expected: string,
  lines: readonly string[],
): MatcherReturnType {
  const hint = state.utils.matcherHint(name, 'telemetry', 'expected', { isNot: state.isNot })
  return { name, pass, message: () => [hint, '', expected, ...lines].join('\n') }
}

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
    () => telemetry.accepted(type).find((event) => payloadDifferences(data, event.data).length === 0),
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
    telemetry.accepted(type).filter((event) => payloadDifferences(data, event.data).length === 0).length
  // The count only grows: past `times` there is nothing to wait for.
  const isDecided = (): true | undefined => ((this.isNot ? fitting() !== times : fitting() >= times) ? true : undefined)
  await telemetry.until(isDecided, { timeout })
  const came = fitting()
  const wanted = `${type}${data === undefined ? '' : ` ${printValue(data)}`}`
  const expected = `Expected: ${this.isNot ? 'not ' : ''}${count(times, 'time')} ${wanted} within ${timeout} ms`
  const miss = came < times && !this.isNot ? explainMiss({ type, pattern: data }, await telemetry.evidence()) : []
  return result(this, 'toHaveReceivedTimes', came === times, expected, [`Fitting: ${came}`, ...miss])
}

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
    const pass = ledgers.length > 0 && ledgers.every(isComplete)
    if (pass === this.isNot && performance.now() < deadlineMs) {
      // A link that is lost changes a ledger, and no event comes of it: so this is asked for, not waited for.
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      continue
    }
    if (pass !== this.isNot) return result(this, 'toBeBalanced', pass, '', [])
    const evidence = await telemetry.evidence()
    const lines =
      ledgers.length > 0 ? [...ledgers.map(printLedger), ...explainPages(evidence)] : explainMiss(anyEvent, evidence)
    const expected = this.isNot
      ? 'Expected: a ledger with something missing or outstanding'
      : `Expected: balanced ledgers within ${timeout} ms`
    return result(this, 'toBeBalanced', pass, expected, lines)
  }
}

const anyEvent = { type: 'event', pattern: undefined }

const isComplete = ({ balanced, outstanding }: Ledger): boolean => balanced && outstanding === 0

type MatcherAnswer = Promise<MatcherReturnType>

export interface TelemetryMatchers<Events extends object> {
  /**
   * Passes once an event of this type has come whose payload has these parts. `.not` watches for 1.5 s.
   *
   * @example await expect(telemetry).toHaveReceived('ship_destroyed', { team: 'red', killerId: expect.any(String) })
   */
  toHaveReceived(
    this: ExpectMatcherState,
    telemetry: TelemetryReceiver,
    ...wanted: TypeAndPattern<Events>
  ): MatcherAnswer
  /** Passes once so many have come; fails at once when there are more. */
  toHaveReceivedTimes(
    this: ExpectMatcherState,
    telemetry: TelemetryReceiver,
    ...wanted: TypeAndTimes<Events>
  ): MatcherAnswer
  /** Passes once each session's ledger adds up, with nothing missing and nothing outstanding. */
  toBeBalanced(this: ExpectMatcherState, telemetry: TelemetryReceiver, options?: WaitOptions): MatcherAnswer
}

export type TelemetryExpect<Events extends object> = Expect<TelemetryMatchers<Events>>

export function createExpect<Events extends object = EventMap>(): TelemetryExpect<Events> {
  return base.extend({ toHaveReceived, toHaveReceivedTimes, toBeBalanced }) as unknown as TelemetryExpect<Events>
}

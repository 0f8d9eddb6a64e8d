/** What the matchers have in common: the receiver they take, and how their messages begin. */
import type { EventMap } from '@downlink/protocol'
import type { Expect, ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { TelemetryTestError } from '../errors.ts'
import type { Telemetry, WaitOptions } from '../telemetry.ts'

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
export type TelemetryReceiver = Pick<Telemetry, 'until' | 'evidence' | 'ledger'>

/** A type with a pattern of its own payload, for each type there is. */
export type TypeAndPattern<Events extends EventMap> = {
  [Type in keyof Events & string]: [type: Type, data?: PayloadPattern<Events[Type]>, options?: WaitOptions]
}[keyof Events & string]

/** The same with a number between. */
export type TypeAndTimes<Events extends EventMap> = {
  [Type in keyof Events & string]: [
    type: Type,
    times: number,
    data?: PayloadPattern<Events[Type]>,
    options?: WaitOptions,
  ]
}[keyof Events & string]

export const matcherDefaults = {
  /** How long `.not.toHaveReceived` watches: longer than a client holds an event back while its link is up. */
  absenceMs: 1500 as number,
}

/** Older versions of Playwright don't tell. */
const fallbackTimeoutMs = 5000

export const timeoutOf = (state: ExpectMatcherState, { timeout }: WaitOptions): number =>
  timeout ?? state.timeout ?? fallbackTimeoutMs

/** @throws {TelemetryTestError} `bad_option` */
export function assertTelemetry(name: string, receiver: unknown): asserts receiver is Telemetry {
  const { until, evidence } = (receiver ?? {}) as Partial<Telemetry>
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

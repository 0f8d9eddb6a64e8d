/** Checks the kind and range of each option, in development: a production build leaves this file out, and warns alone. */
import { jsonValue } from '@downlink/protocol'
import { TelemetryError } from './errors.ts'
import { type ClientOptions, isOfKind, kinds as kindsOfTelemetry } from './options.ts'

type Options = { readonly [name: string]: unknown }

const overflowPolicies: readonly unknown[] = ['drop-oldest', 'drop-newest']

const expectations: { readonly [kind: string]: string } = {
  number: 'a whole number from 1 to 2147483647',
  boolean: 'true or false',
}

/** Of a telemetry, beside those that have a kind. */
const otherNames = [
  'build',
  'labels',
  'schema',
  'sessionId',
  'environment',
] as const satisfies readonly (keyof ClientOptions)[]

/** @param kinds an example of each option that is checked, of another than a telemetry */
export const optionNames = (kinds?: Options): readonly string[] =>
  kinds ? [...Object.keys(kinds), 'environment'] : [...Object.keys(kindsOfTelemetry), ...otherNames]

/**
 * @param kinds an example of each option
 * @throws {TelemetryError} `bad_option`: the first that is wrong, what was expected, and what came
 */
export function checkOptions(options: Options, kinds: Options = kindsOfTelemetry): void {
  const check = (name: string, isRight: boolean, expected: string): void => {
    const value = options[name]
    if (value === undefined || value === null || isRight) return
    throw new TelemetryError(`Expected \`${name}\` to be ${expected}, got ${JSON.stringify(jsonValue(value))}`)
  }
  for (const [name, like] of Object.entries(kinds)) {
    const value = options[name]
    if (name === 'overflow') check(name, overflowPolicies.includes(value), overflowPolicies.join(' or '))
    else check(name, isOfKind(value, like), expectations[typeof like] ?? `a ${typeof like}`)
  }
}

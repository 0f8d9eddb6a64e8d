/** Checks the kind and range of each option, in development: a production build leaves this file out, and names alone what is wrong. */
import { jsonValue } from '@downlink/protocol'
import { type ClientOptions, isOfKind, kinds as kindsOfTelemetry, telemetryDefaults } from './options.ts'

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
 * What of the options is wrong, what was expected, what came, and what holds instead: a sentence each, by its name.
 *
 * @param kinds an example of each option
 */
export function findWrongOptions(options: Options, kinds: Options = kindsOfTelemetry): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, like] of Object.entries(kinds)) {
    const value = options[name]
    const isChoice = name === 'overflow'
    if (value === undefined || value === null) continue
    if (isChoice ? overflowPolicies.includes(value) : isOfKind(value, like)) continue
    const expected = isChoice ? overflowPolicies.join(' or ') : (expectations[typeof like] ?? `a ${typeof like}`)
    const got = JSON.stringify(jsonValue(value))
    found.set(name, `bad_option: Expected \`${name}\` to be ${expected}, got ${got}: ${insteadOf(name, kinds)}`)
  }
  return found
}

function insteadOf(name: string, kinds: Options): string {
  const value = kinds === kindsOfTelemetry ? telemetryOptions[name] : kinds[name]
  return instead[name] ?? (value === undefined ? 'it is left out' : `${JSON.stringify(value)} holds`)
}

const telemetryOptions: Options = { ...telemetryDefaults }

/** Of what a player was promised, nothing is replaced by a default. */
const instead: { readonly [name: string]: string } = {
  consent: 'it counts as a no',
  redact: 'no event is sent, since nobody knows what it was to hide',
}

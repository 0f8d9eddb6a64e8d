/**
 * Encodes JSON text as the AnyValue of OpenTelemetry, in OTLP's JSON encoding, and no digit of it is lost. What a double
 * would change becomes text.
 *
 * Source: opentelemetry-proto 1.x, common/v1/common.proto; OTLP specification, JSON Protobuf Encoding.
 */
import { isExact } from '../query/exact-json.ts'

/** Colons and blanks are passed over. */
const tokens = /[{}[\],]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g
const scalars = /"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g

const openings: Readonly<Record<string, string>> = {
  '{': '{"kvlistValue":{"values":[',
  '[': '{"arrayValue":{"values":[',
}

/**
 * In one pass, without recursion: a payload may be as deep as the collector's limits let it.
 *
 * @param json is JSON, which was checked as it came
 * @example anyValue('{"x":1}') // '{"kvlistValue":{"values":[{"key":"x","value":{"intValue":"1"}}]}}'
 */
export function anyValue(json: string): string {
  let text = ''
  const open: string[] = []
  let isKeyNext = false
  for (const [token] of json.matchAll(tokens)) {
    const opening = openings[token]
    if (opening !== undefined) {
      text += opening
      open.push(token)
      isKeyNext = token === '{'
    } else if (token === ',') {
      text += ','
      isKeyNext = open.at(-1) === '{'
    } else if (isKeyNext && token !== '}') {
      text += `{"key":${token},"value":`
      isKeyNext = false
    } else {
      isKeyNext = false
      if (token === '}' || token === ']') {
        open.pop()
        text += ']}}'
      } else text += scalarValue(token)
      if (open.at(-1) === '{') text += '}'
    }
  }
  return text
}

/** The members of a flat JSON object as attributes, each with its name behind a prefix. */
export function attributesOf(json: string, prefix: string): readonly string[] {
  const attributes: string[] = []
  let key: string | undefined
  for (const [token] of json.matchAll(scalars)) {
    if (key === undefined) key = JSON.parse(token)
    else {
      attributes.push(attribute(prefix + key, scalarValue(token)))
      key = undefined
    }
  }
  return attributes
}

/** @param value as the functions of this file give it */
export const attribute = (key: string, value: string): string => `{"key":${JSON.stringify(key)},"value":${value}}`

export const textValue = (text: string): string => `{"stringValue":${JSON.stringify(text)}}`

/** @param value a whole number */
export const wholeValue = (value: number): string => `{"intValue":"${value}"}`

function scalarValue(token: string): string {
  if (token === 'null') return '{}'
  if (token === 'true' || token === 'false') return `{"boolValue":${token}}`
  return token.startsWith('"') ? `{"stringValue":${token}}` : numberValue(token)
}

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

function numberValue(token: string): string {
  // An integer has no -0, a double has.
  if (/^-?\d+$/.test(token) && token !== '-0') {
    const whole = BigInt(token)
    if (whole >= int64.min && whole <= int64.max) return `{"intValue":"${token}"}`
  }
  return isExact(token.replace(/^-/, '')) ? `{"doubleValue":${token}}` : `{"stringValue":"${token}"}`
}

/** Checks parameters and bodies against the API's schemas. What is unknown, repeated or malformed is refused, never cut. */
import { excerpt } from '@downlink/protocol'
import type { FastifyInstance } from 'fastify'
import { answerError, answerNotFound } from './api-errors.ts'

interface Field {
  /** What is expected, in words; without it the range is named. */
  readonly title?: string
  readonly description: string
}

export interface TextField extends Field {
  readonly type: 'string'
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly default?: string
}

export interface WholeField extends Field {
  readonly type: 'integer'
  readonly minimum: number
  readonly maximum: number
  readonly default?: number
}

/** The part of JSON Schema that the API's input needs. */
export interface InputSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, TextField | WholeField>>
  readonly required: readonly string[]
  /** Which fields are wanted beside one that is there. */
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>
  readonly additionalProperties: false
}

/** As Fastify takes it from a validator. */
type Checked = { readonly value: Readonly<Record<string, string | number>> } | { readonly error: Error }

export function checkInput({ properties, required, dependentRequired = {} }: InputSchema, input: unknown): Checked {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return refused('an object', excerpt(input))
  const given = new Map(Object.entries(input))
  const value: Record<string, string | number> = {}
  for (const name of given.keys()) {
    if (Object.hasOwn(properties, name)) continue
    return refused(Object.keys(properties).join(', ') || 'no parameter', excerpt(name))
  }
  for (const [name, field] of Object.entries(properties)) {
    const raw = given.get(name)
    if (raw === undefined) {
      if (required.includes(name)) return refused(`\`${name}\``, 'none')
      if (field.default !== undefined) value[name] = field.default
      continue
    }
    const read = field.type === 'integer' ? readWhole(field, raw) : readText(field, raw)
    if (read === undefined) return refused(`\`${name}\` to be ${expectationOf(field)}`, excerpt(raw))
    const beside = dependentRequired[name]?.find((other) => !given.has(other))
    if (beside !== undefined) return refused(`\`${beside}\` beside \`${name}\``, 'none')
    value[name] = read
  }
  return { value }
}

/** Parameters are text: digits alone are a whole number, not `1e3`, ` 7` or `0x10`. */
function readWhole({ minimum, maximum }: WholeField, raw: unknown): number | undefined {
  const value = typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : Number.NaN
  return value >= minimum && value <= maximum ? value : undefined
}

function readText({ minLength = 0, maxLength, pattern, enum: words }: TextField, raw: unknown): string | undefined {
  if (typeof raw !== 'string' || raw.length < minLength || raw.length > (maxLength ?? raw.length)) return undefined
  if (pattern !== undefined && !new RegExp(pattern, 'su').test(raw)) return undefined
  return words === undefined || words.includes(raw) ? raw : undefined
}

function expectationOf(field: TextField | WholeField): string {
  if (field.title !== undefined) return field.title
  if (field.type === 'integer') return `a whole number from ${field.minimum} to ${field.maximum}`
  if (field.enum) return field.enum.join(' or ')
  return `text of ${field.minLength ?? 0} to ${field.maxLength} characters`
}

const refused = (expected: string, got: string): Checked => ({ error: new Error(`Expected ${expected}, got ${got}`) })

/** Input, failures and answers of both processes' routes follow one set of rules. */
export function useApiRules(app: FastifyInstance): void {
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  // The schemas of answers are for the document; nothing is cut to fit them.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  app.setValidatorCompiler<InputSchema>(
    ({ schema }) =>
      (input) =>
        checkInput(schema, input),
  )
}

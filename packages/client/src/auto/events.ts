/** Defines the events that auto records: their types for `push`, their schemas for the collector. */
import { isObject, type StandardSchema } from '@downlink/protocol'

/** Payloads by event type. All times are in milliseconds. */
export type AutoEvents = {
  /** An error that nobody caught. Alike ones are one event with a count, which has neither stack nor breadcrumbs. */
  readonly error: {
    readonly message: string
    /** How often it happened since it was told of last. */
    readonly count: number
    readonly kind: 'error' | 'rejection'
    /** Such as `TypeError`. */
    readonly name?: string
    /** Where, for what was thrown has no stack. */
    readonly source?: string
    readonly stack?: string
    /** Types of the last ten events before it, oldest first. */
    readonly breadcrumbs?: readonly string[]
  }
  /** The times of the frames of a second, from one to the next. */
  readonly frame_times: {
    readonly fps: number
    readonly p50: number
    readonly p95: number
    readonly p99: number
    readonly max: number
  }
  /** The longest of the frames of a second that took over 50 ms, and why. Where the browser tells: Chromium. */
  readonly long_frame: {
    readonly tookMs: number
    /** How many there were in this second. */
    readonly count: number
    /** Of the script that took longest: what called it, its address and its function. */
    readonly invoker?: string
    readonly source?: string
    readonly function?: string
  }
  readonly page_hidden: { readonly shownMs: number }
  readonly page_shown: { readonly hiddenMs: number }
  /** Times since the page was asked for. */
  readonly page_loaded: {
    readonly firstByteMs: number
    readonly interactiveMs: number
    readonly loadMs: number
    readonly firstPaintMs?: number
  }
}

export const text: PropertySchema = { type: 'string' }
const texts: PropertySchema = { type: 'array' }
export const number: PropertySchema = { type: 'number' }
/** Within bounds, so that its column is one of 64 bits. */
const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

/**
 * For a collector with a schema, which takes no type that it does not know.
 *
 * @example defineEvents({ ...autoEvents, level_started: z.object({ level: z.int() }) })
 */
export const autoEvents: { readonly [Type in keyof AutoEvents]: DataSchema<AutoEvents[Type]> } = {
  error: objectSchema<AutoEvents['error']>(
    { message: text, count, kind: text, name: text, source: text, stack: text, breadcrumbs: texts },
    ['message', 'count', 'kind'],
  ),
  frame_times: objectSchema<AutoEvents['frame_times']>({
    fps: number,
    p50: number,
    p95: number,
    p99: number,
    max: number,
  }),
  long_frame: objectSchema<AutoEvents['long_frame']>(
    { tookMs: number, count, invoker: text, source: text, function: text },
    ['tookMs', 'count'],
  ),
  page_hidden: objectSchema<AutoEvents['page_hidden']>({ shownMs: number }),
  page_shown: objectSchema<AutoEvents['page_shown']>({ hiddenMs: number }),
  page_loaded: objectSchema<AutoEvents['page_loaded']>(
    { firstByteMs: number, interactiveMs: number, loadMs: number, firstPaintMs: number },
    ['firstByteMs', 'interactiveMs', 'loadMs'],
  ),
}

/** A schema that says what is sent under it. */
export interface DataSchema<Data> extends StandardSchema<Data> {
  readonly '~standard': StandardSchema<Data>['~standard'] & {
    readonly types?: { readonly input: Data; readonly output: Data } | undefined
  }
}

/** Of a property, as JSON Schema has it. */
export interface PropertySchema {
  readonly type: string
}

/** @param required unless told, all of them */
export function objectSchema<Data>(
  properties: { readonly [Key in keyof Data & string]-?: PropertySchema },
  required: readonly string[] = Object.keys(properties),
): DataSchema<Data> {
  return {
    '~standard': {
      version: 1,
      vendor: 'downlink',
      validate(value) {
        const data = isObject(value) ? value : {}
        const wrong = Object.entries<PropertySchema>(properties).filter(([key, { type }]) =>
          data[key] === undefined ? required.includes(key) : !isOfType(data[key], type),
        )
        if (wrong.length === 0) return { value: value as Data }
        return { issues: wrong.map(([key, { type }]) => ({ message: `Expected ${type}`, path: [key] })) }
      },
      jsonSchema: { input: () => ({ type: 'object', properties, required }) },
    },
  }
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value)
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type
}

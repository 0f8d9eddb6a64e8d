/** Lays what came beside what was expected, property by property, and says what is wrong with which. */
import { isObject } from '@downlink/protocol'
import { type JsonSchema, propertiesOf } from './schema-text.ts'

export interface ComparedProperty {
  readonly name: string
  /** Undefined: the schema does not name it. */
  readonly expected: string | undefined
  /** Undefined: it is not there. */
  readonly came: string | undefined
  /** What the schema says of it; undefined where nothing is wrong. */
  readonly fault: string | undefined
}

export interface PromisedVersion {
  /** The first version of the definitions that it is of. */
  readonly since: number
  readonly schema: JsonSchema | null
}

/** The schema that what came was judged by: the newest that is not newer than its version, which is 1 where it has none. */
export function schemaFor(versions: readonly PromisedVersion[], raw: string): JsonSchema | undefined {
  const { version } = elementIn(raw) ?? {}
  return versions.findLast(({ since }) => since <= Number(version ?? 1))?.schema ?? undefined
}

/** A value may be long; its beginning tells what it is. */
const maxShown = 200

/**
 * Those that are wrong come first.
 *
 * @param message of the rejection: `data.team: Expected …; data.x.y: Expected …`
 * @returns undefined where there is nothing to be compared property by property
 */
export function comparePayload(
  schema: JsonSchema,
  raw: string,
  message: string,
): readonly ComparedProperty[] | undefined {
  const expected = propertiesOf(schema)
  const element = elementIn(raw)
  const data = element?.data ?? {}
  if (!expected || !element || !isObject(data)) return undefined
  const faults = faultsIn(message)
  const names = [...new Set([...expected.keys(), ...Object.keys(data)])]
  const properties = names.map((name): ComparedProperty => {
    const came = Object.hasOwn(data, name) ? shortened(JSON.stringify(data[name])) : undefined
    return { name, expected: expected.get(name), came, fault: faults.get(name) }
  })
  return properties.sort((a, b) => Number(b.fault !== undefined) - Number(a.fault !== undefined))
}

/** By the property that it is in. */
function faultsIn(message: string): ReadonlyMap<string, string> {
  const faults = new Map<string, string>()
  for (const [, path = '', fault = ''] of message.matchAll(/(?:^|; )data\.([^:;]+): (.*?)(?=; data[.:]|$)/g)) {
    const [name = '', ...rest] = path.split('.')
    const text = rest.length === 0 ? fault : `${rest.join('.')}: ${fault}`
    faults.set(name, faults.has(name) ? `${faults.get(name)}; ${text}` : text)
  }
  return faults
}

/** Undefined where it is no JSON. */
function elementIn(raw: string): { readonly data?: unknown; readonly version?: unknown } | undefined {
  try {
    const element: unknown = JSON.parse(raw)
    return isObject(element) ? element : {}
  } catch {
    return undefined
  }
}

/** Over several lines where it is JSON; as it came where it is not. */
export function prettyRaw(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), undefined, 2)
  } catch {
    return raw
  }
}

const shortened = (text: string): string => (text.length > maxShown ? `${text.slice(0, maxShown)}…` : text)

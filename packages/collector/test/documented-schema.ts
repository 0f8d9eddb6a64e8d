/** Compares what the API answers with what its OpenAPI document promises. */
import { expect } from 'vitest'

export interface DocumentedSchema {
  readonly properties?: Readonly<Record<string, DocumentedSchema>>
  readonly required?: readonly string[]
  readonly items?: DocumentedSchema
}

/**
 * Every key is documented, and every key that is promised is there.
 *
 * @param mayBeEmpty whether a list may have nothing in it that could be compared. Default: no
 */
export function expectToFit(value: unknown, schema: DocumentedSchema, mayBeEmpty = false): void {
  if (Array.isArray(value)) {
    if (!mayBeEmpty) expect(value.length).toBeGreaterThan(0)
    for (const item of value) expectToFit(item, schema.items ?? {}, mayBeEmpty)
  } else if (schema.properties && typeof value === 'object' && value !== null) {
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(value)))
    expect(Object.keys(value)).toEqual(expect.arrayContaining([...(schema.required ?? [])]))
    for (const [key, part] of Object.entries(value)) expectToFit(part, schema.properties[key] ?? {}, mayBeEmpty)
  }
}

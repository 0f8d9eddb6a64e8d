/** Reads what the slices show of themselves: sections of the inspector summary, and tables. One that throws harms no other. */
import { isThenable, requireTable, reservedSections, type Table } from '@downlink/artifacts'
import { WorldStateError } from '../errors.ts'
import { copyJson, type Json, setField } from '../json.ts'
import type { AnySlice } from '../slice.ts'
import type { States } from './load-snapshot.ts'

export interface SectionFault {
  readonly section: string
  readonly error: unknown
}

/** Nothing where it fails. */
export function readSection<Read, Result>(
  section: string,
  read: () => Read,
  resultOf: (read: Read) => Result,
  onFault?: (fault: SectionFault) => void,
): Result | undefined {
  try {
    return resultOf(atOnce(read()))
  } catch (error) {
    onFault?.({ section, error })
    return undefined
  }
}

/** A look is taken at one moment, so nobody waits for a promise, nor for its rejection. */
function atOnce<Value>(value: Value): Value {
  if (!isThenable(value)) return value
  value.then(undefined, () => {})
  throw new TypeError('Expected it at once, got a promise')
}

export interface Sections {
  inspect(states: States, onFault?: (fault: SectionFault) => void): Record<string, Json>
  tables(states: States, onFault?: (fault: SectionFault) => void): Table[]
}

/** @throws {WorldStateError} `bad_slice`: two slices of one name, a section that two claim, or one that is taken */
export function createSections(slices: readonly AnySlice[]): Sections {
  requireUnique(
    'name',
    slices.map(({ name }) => name),
  )
  requireUnique('section', [...reservedSections, ...slices.flatMap(({ inspect = {} }) => Object.keys(inspect))])
  requireUnique(
    'table',
    slices.flatMap(({ tables = {} }) => Object.keys(tables)),
  )

  return {
    inspect(states, onFault) {
      const sections: Record<string, Json> = {}
      for (const { name, inspect = {} } of slices) {
        for (const [section, look] of Object.entries(inspect)) {
          const json = readSection(section, () => look(states[name] as never), copyJson, onFault)
          setField(sections, section, json ?? null)
        }
      }
      return sections
    },
    tables(states, onFault) {
      const tables: Table[] = []
      for (const { name, tables: definitions = {} } of slices) {
        for (const [section, { kind = 'table', layout, columns, rows }] of Object.entries(definitions)) {
          const tableOf = (made: Table['rows']): Table =>
            requireTable({ section, kind, ...(layout && { layout }), columns, rows: made })
          const table = readSection(section, () => rows(states[name] as never), tableOf, onFault)
          if (table) tables.push(table)
        }
      }
      return tables
    },
  }
}

function requireUnique(what: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw new WorldStateError('bad_slice', `Two slices claim the ${what} '${twice}', or it is taken`)
}

/** What the slices show of themselves: sections of the inspector summary, and tables. One that throws harms no other. */
import { requireTable, reservedSections, type Table } from '@downlink/artifacts'
import { WorldStateError } from '../errors.ts'
import { copyJson, type Json, setField } from '../json.ts'
import { readSection, type SectionFault } from '../section-fault.ts'
import type { AnySlice } from '../slice.ts'
import type { States } from './hydration.ts'

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
        for (const [section, { kind = 'table', columns, rows }] of Object.entries(definitions)) {
          const tableOf = (made: Table['rows']): Table => requireTable({ section, kind, columns, rows: made })
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

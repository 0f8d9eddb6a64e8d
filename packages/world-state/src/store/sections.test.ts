import { describe, expect, it } from 'vitest'
import { aStore, fleetSlice, scoreSlice, setShip } from '../test-doubles.ts'
import { WorldStateStore } from './world-state-store.ts'

describe('inspect and tables', () => {
  it('show what the slices say, in their order', () => {
    const store = aStore()
    store.dispatch(...setShip('red-1'))
    expect(store.inspect()).toEqual({ fleet: { ships: ['red-1'], lost: 0 }, score: { points: 0, last: null } })
    expect(store.tables()).toEqual([
      { section: 'ships', kind: 'table', columns: ['id', 'health'], rows: [['red-1', 30]] },
    ])
  })

  it('leave out what throws, name it, and show the rest', () => {
    const fail = (): never => {
      throw new Error('no')
    }
    const bad = { ...fleetSlice, inspect: { fleet: fail }, tables: { ships: { columns: ['id'], rows: fail } } }
    const store = new WorldStateStore({ slices: [bad, scoreSlice] })
    const faults: string[] = []
    expect(store.inspect(({ section }) => faults.push(section))).toEqual({
      fleet: null,
      score: { points: 0, last: null },
    })
    expect(store.tables(({ section }) => faults.push(section))).toEqual([])
    expect(faults).toEqual(['fleet', 'ships'])
    expect(store.inspect().fleet).toBe(null)
  })

  it('are refused where slices get into each other’s way, or the store’s', () => {
    const made = (slice: object) => () =>
      new WorldStateStore({ slices: [scoreSlice, { ...scoreSlice, name: 'other', inspect: {}, ...slice }] })
    expect(made({ name: 'score' })).toThrow("Two slices claim the name 'score'")
    expect(made({ inspect: scoreSlice.inspect })).toThrow("Two slices claim the section 'score'")
    expect(made({ inspect: { game: () => 1 } })).toThrow("Two slices claim the section 'game', or it is taken")
    expect(made({ on: { 'worldstate:updated': () => ({}) } })).toThrow('which only the store emits')
    const table = { columns: [], rows: () => [] }
    expect(
      () =>
        new WorldStateStore({
          slices: [
            { ...scoreSlice, tables: { t: table } },
            { ...fleetSlice, tables: { t: table } },
          ],
        }),
    ).toThrow("Two slices claim the table 't'")
  })
})

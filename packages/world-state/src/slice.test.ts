import { describe, expect, it } from 'vitest'
import { defineSlice } from './slice.ts'
import { WorldStateStore } from './store/world-state-store.ts'

describe('a slice', () => {
  it('is refused where its name or version can not be', () => {
    const made = (name: string, version: number) => () => defineSlice({ name, version, initial: {}, on: {} })
    expect(made('__proto__', 1)).toThrow("Expected a slice's `name` to be of letters and digits, got '__proto__'")
    expect(made('', 1)).toThrow(expect.objectContaining({ code: 'bad_slice' }))
    expect(made('ships', 0)).toThrow('Expected `version` to be a whole number from 1 up, got 0')
    expect(made('ships', 1.5)).toThrow(expect.objectContaining({ code: 'bad_slice' }))
  })

  it('is judged by a store again, for it may be a copy with something changed', () => {
    const slice = defineSlice({ name: 'ships', version: 1, initial: {}, on: {} })
    for (const odd of [{ name: '__proto__' }, { name: '' }, { version: 0 }, { whenMissing: 'ignore' as 'refuse' }]) {
      expect(() => new WorldStateStore({ slices: [{ ...slice, ...odd }] })).toThrow(
        expect.objectContaining({ code: 'bad_slice' }),
      )
    }
  })

  it('is refused where it says of older snapshots what can not be', () => {
    const whenMissing = 'ignore' as 'refuse'
    expect(() => defineSlice({ name: 'ships', version: 1, initial: {}, on: {}, whenMissing })).toThrow(
      "Expected `whenMissing` to be 'refuse' or 'initial', got ignore",
    )
  })

  it('freezes its initial state, which every store begins with', () => {
    const initial = { points: [1] }
    defineSlice({ name: 'score', version: 1, initial, on: {} })
    expect(() => initial.points.push(2)).toThrow(TypeError)
  })
})

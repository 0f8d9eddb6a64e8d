/** What a list of slices says about its store: events, states and selectors, by name. */
import type { AnySlice } from '../slice.ts'

export type SliceName<Slices extends readonly AnySlice[]> = Slices[number]['name']

type Named<Slices extends readonly AnySlice[], Name extends string> = Extract<Slices[number], { readonly name: Name }>

/** Each slice's state, by its name. */
export type WorldState<Slices extends readonly AnySlice[]> = {
  readonly [Name in SliceName<Slices>]: Named<Slices, Name>['initial']
}

type Intersection<Union> = (Union extends unknown ? (value: Union) => void : never) extends (value: infer All) => void
  ? All
  : never

type Events<Slices extends readonly AnySlice[]> = Intersection<NonNullable<Slices[number]['~events']>>

/** Every event that a slice reacts to; where several do, its payload suits all of them. Any event, where none is known. */
export type SliceEvents<Slices extends readonly AnySlice[]> = keyof Events<Slices> extends never
  ? Record<string, unknown>
  : Events<Slices>

export type SelectorName<Slices extends readonly AnySlice[], Name extends string> = keyof NonNullable<
  Named<Slices, Name>['select']
> &
  string

type SelectorOf<Slices extends readonly AnySlice[], Name extends string, Selector> = Selector extends keyof NonNullable<
  Named<Slices, Name>['select']
>
  ? NonNullable<Named<Slices, Name>['select']>[Selector]
  : never

export type SelectArguments<Slices extends readonly AnySlice[], Name extends string, Selector> =
  SelectorOf<Slices, Name, Selector> extends (state: never, ...args: infer Args) => unknown ? Args : never

export type SelectResult<Slices extends readonly AnySlice[], Name extends string, Selector> =
  SelectorOf<Slices, Name, Selector> extends (state: never, ...args: never[]) => infer Result ? Result : never

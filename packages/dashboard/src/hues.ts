/** Gives each event type its colour, the same on every part of the page: by its place among the types that the collector knows. */
import { createContext, useContext } from 'react'

/** By type. */
export type Hues = ReadonlyMap<string, number>

/** As many as the styles have. */
export const hueCount = 8

export const huesOf = (types: Iterable<string>): Hues =>
  new Map([...types].sort().map((type, at) => [type, at % hueCount]))

export const hueOf = (hues: Hues, type: string): number => hues.get(type) ?? 0

/** A name that is a type has the colour of the type, unless another has it before: in one chart no two have the same, as far as there are colours. */
export function distinctHues(hues: Hues, names: readonly string[]): readonly number[] {
  const owners = new Map<number, string>()
  for (const name of names) {
    const hue = hues.get(name)
    if (hue !== undefined && !owners.has(hue)) owners.set(hue, name)
  }
  const free = Array.from({ length: hueCount }, (_, hue) => hue).filter((hue) => !owners.has(hue))
  return names.map((name, at) => {
    const hue = hues.get(name)
    return hue !== undefined && owners.get(hue) === name ? hue : (free.shift() ?? at % hueCount)
  })
}

export const hueClass = (hues: Hues, type: string): string => `hue-${hueOf(hues, type)}`

const HuesContext = createContext<Hues>(new Map())

export const HuesProvider = HuesContext.Provider

export const useHues = (): Hues => useContext(HuesContext)

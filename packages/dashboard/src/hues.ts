/** Gives each event type its colour, the same on every part of the page: by its place among the types that the collector knows. */
import { createContext, useContext } from 'react'

/** By type. */
export type Hues = ReadonlyMap<string, number>

/** As many as the styles have. */
export const hueCount = 8

export const huesOf = (types: Iterable<string>): Hues =>
  new Map([...types].sort().map((type, at) => [type, at % hueCount]))

export const hueOf = (hues: Hues, type: string): number => hues.get(type) ?? 0

export const hueClass = (hues: Hues, type: string): string => `hue-${hueOf(hues, type)}`

const HuesContext = createContext<Hues>(new Map())

export const HuesProvider = HuesContext.Provider

export const useHues = (): Hues => useContext(HuesContext)

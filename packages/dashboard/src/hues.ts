/** Gives each event type its colour, the same on every part of the page: by its place among the types that the collector knows. */
import { createContext, useContext } from 'react'

/** By type. */
export type Hues = ReadonlyMap<string, number>

/** As many as the styles have. */
export const hueCount = 8

export const huesOf = (types: Iterable<string>): Hues =>
  new Map([...types].sort().map((type, at) => [type, at % hueCount]))

export const hueOf = (hues: Hues, type: string): number => hues.get(type) ?? 0

/**
 * A name that is a type has the colour of the type, any other, such as an error, one by its hash: the same in whatever order
 * they come. Unless another has it before: in one chart no two have the same, as far as there are colours.
 */
export function distinctHues(hues: Hues, names: readonly string[]): readonly number[] {
  const owners = new Map<number, string>()
  for (const name of names) {
    const hue = hues.get(name)
    if (hue !== undefined && !owners.has(hue)) owners.set(hue, name)
  }
  const found = new Map([...owners].map(([hue, name]) => [name, hue]))
  for (const name of [...names].sort()) {
    if (found.has(name)) continue
    const first = hashHue(name)
    const order = Array.from({ length: hueCount }, (_, step) => (first + step) % hueCount)
    const hue = order.find((one) => !owners.has(one)) ?? first
    owners.set(hue, name)
    found.set(name, hue)
  }
  return names.map((name) => found.get(name) ?? 0)
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), its bits mixed as those of MurmurHash3, so that names that are alike are not. */
function hashHue(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash >>> 24) % hueCount
}

export const hueClass = (hues: Hues, type: string): string => `hue-${hueOf(hues, type)}`

const HuesContext = createContext<Hues>(new Map())

export const HuesProvider = HuesContext.Provider

export const useHues = (): Hues => useContext(HuesContext)

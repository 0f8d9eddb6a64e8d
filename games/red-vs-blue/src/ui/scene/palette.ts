/** Names the colours of the battle. The teams differ in shape as well, for those who see them alike. */

import type { Team } from '../../engine/battle.ts'

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number]

export const teamColours: Readonly<
  Record<Team, { readonly hull: Colour; readonly dark: Colour; readonly light: Colour }>
> = {
  red: { hull: [255, 82, 92], dark: [122, 18, 44], light: [255, 214, 196] },
  blue: { hull: [64, 170, 255], dark: [14, 54, 128], light: [208, 242, 255] },
}

export const tints = {
  red: teamColours.red.hull,
  blue: teamColours.blue.hull,
  white: [255, 250, 240],
  fire: [255, 168, 76],
} as const satisfies Readonly<Record<string, Colour>>

export type Tint = keyof typeof tints

export const css = ([r, g, b]: Colour, alpha = 1): string => `rgb(${r} ${g} ${b} / ${alpha})`

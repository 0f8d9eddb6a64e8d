/** Reads the page's colours for what is drawn on a canvas, which knows no custom properties. */
import { hueCount } from '../hues.ts'
import type { Colour } from './density.ts'

const names = [
  'text',
  'quiet',
  'line',
  'panel',
  'raised',
  'accent',
  'bad',
  'stored',
  'rejected',
  'dropped',
  'missing',
  'outstanding',
] as const

export type Theme = Readonly<Record<(typeof names)[number], string>> & {
  readonly hues: readonly string[]
  readonly font: string
}

/** @param within an element that has the page's styles; it stays as it was */
export function readTheme(within: HTMLElement): Theme {
  const probe = document.createElement('span')
  probe.hidden = true
  within.append(probe)
  const colourOf = (property: string): string => {
    probe.style.color = `var(${property})`
    return getComputedStyle(probe).color
  }
  const colours = Object.fromEntries(names.map((name) => [name, colourOf(`--${name}`)]))
  const hues = Array.from({ length: hueCount }, (_, hue) => {
    probe.className = `hue-${hue}`
    return colourOf('--hue')
  })
  probe.remove()
  return { ...(colours as Record<(typeof names)[number], string>), hues, font: getComputedStyle(within).fontFamily }
}

/** @param colour as the browser computes it: `rgb(95, 227, 193)` */
export function channelsOf(colour: string): Colour {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return [red, green, blue]
}

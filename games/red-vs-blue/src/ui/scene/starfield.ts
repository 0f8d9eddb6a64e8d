/** Draws the space behind the battle: a painted sky, and two layers of stars that drift at their own pace. */

import { createRandom } from '../../engine/random.ts'
import type { Size } from './camera.ts'
import { css } from './palette.ts'

export interface Starfield {
  resize(view: Size): void
  /** @param focusX @param focusY where the fighting is, −1 to 1 from the middle: near stars move against it */
  draw(context: CanvasRenderingContext2D, seconds: number, focusX: number, focusY: number): void
}

interface Layer {
  readonly stars: readonly { readonly x: number; readonly y: number; readonly size: number; readonly phase: number }[]
  /** Pixels a second, and pixels at full focus. */
  readonly drift: number
  readonly parallax: number
}

/** The sky looks the same each time: it has its own seed. */
const skySeed = 1969

const clouds = [
  { x: 0.16, y: 0.3, radius: 0.6, colour: [96, 24, 72], alpha: 0.4 },
  { x: 0.38, y: 0.82, radius: 0.5, colour: [60, 30, 110], alpha: 0.34 },
  { x: 0.85, y: 0.22, radius: 0.62, colour: [16, 62, 124], alpha: 0.46 },
  { x: 0.62, y: 0.55, radius: 0.42, colour: [18, 92, 118], alpha: 0.2 },
] as const

export function createStarfield({ isStill }: { readonly isStill: boolean }): Starfield {
  const sky = document.createElement('canvas')
  let view: Size = { width: 1, height: 1 }
  const random = createRandom(skySeed)
  const layer = (count: number, size: number, drift: number, parallax: number): Layer => ({
    stars: Array.from({ length: count }, () => ({
      x: random.next(),
      y: random.next(),
      size: size * random.between(0.6, 1.3),
      phase: random.between(0, 6.28),
    })),
    drift,
    parallax,
  })
  const layers = [layer(90, 1.2, 2.5, 9), layer(34, 1.7, 6, 22)]

  return {
    resize(size) {
      view = size
      sky.width = Math.ceil(size.width)
      sky.height = Math.ceil(size.height)
      const context = sky.getContext('2d')
      if (context) paintSky(context, size)
    },
    draw(context, seconds, focusX, focusY) {
      context.drawImage(sky, 0, 0, view.width, view.height)
      const time = isStill ? 0 : seconds
      context.fillStyle = 'rgb(214 228 255)'
      for (const { stars, drift, parallax } of layers) {
        for (const { x, y, size, phase } of stars) {
          const left = wrap(x * view.width - time * drift - focusX * parallax, view.width)
          const top = wrap(y * view.height - focusY * parallax, view.height)
          context.globalAlpha = 0.55 + 0.35 * Math.sin(time * 1.3 + phase)
          context.fillRect(left, top, size, size)
        }
      }
      context.globalAlpha = 1
    },
  }
}

const wrap = (value: number, size: number): number => ((value % size) + size) % size

function paintSky(context: CanvasRenderingContext2D, { width, height }: Size): void {
  const random = createRandom(skySeed)
  const deep = context.createLinearGradient(0, 0, 0, height)
  deep.addColorStop(0, '#070918')
  deep.addColorStop(1, '#04050d')
  context.fillStyle = deep
  context.fillRect(0, 0, width, height)

  const reach = Math.max(width, height)
  context.globalCompositeOperation = 'lighter'
  for (const { x, y, radius, colour, alpha } of clouds) {
    const cloud = context.createRadialGradient(x * width, y * height, 0, x * width, y * height, radius * reach)
    cloud.addColorStop(0, css(colour, alpha))
    cloud.addColorStop(0.5, css(colour, alpha * 0.32))
    cloud.addColorStop(1, css(colour, 0))
    context.fillStyle = cloud
    context.fillRect(0, 0, width, height)
  }
  for (let star = 0; star < (width * height) / 2600; star++) {
    const brightness = random.next()
    context.fillStyle = css([200, 215, 255], 0.12 + brightness * brightness * 0.6)
    const size = brightness > 0.96 ? 1.6 : 0.9
    context.fillRect(random.next() * width, random.next() * height, size, size)
  }
  context.globalCompositeOperation = 'source-over'
  paintPlanet(context, width * 0.86, height * 1.02, reach * 0.2)
}

/** A planet half below the horizon, lit from the upper left. */
function paintPlanet(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  const [lightX, lightY] = [x - radius * 0.16, y - radius * 0.2]
  const air = context.createRadialGradient(lightX, lightY, radius * 0.8, lightX, lightY, radius * 1.2)
  air.addColorStop(0, 'rgb(96 156 255 / 0.5)')
  air.addColorStop(0.45, 'rgb(96 156 255 / 0.14)')
  air.addColorStop(1, 'rgb(96 156 255 / 0)')
  context.fillStyle = air
  context.fillRect(x - radius * 1.6, y - radius * 1.6, radius * 3.2, radius * 3.2)
  // The night side reaches far over the disc, so that the day is a crescent.
  const body = context.createRadialGradient(x + radius * 0.42, y + radius * 0.52, radius * 0.3, x, y, radius * 1.05)
  body.addColorStop(0, '#04060f')
  body.addColorStop(0.7, '#070c1d')
  body.addColorStop(0.9, '#16315f')
  body.addColorStop(1, '#6f9fe0')
  context.fillStyle = body
  context.beginPath()
  context.arc(x, y, radius, 0, Math.PI * 2)
  context.fill()
}

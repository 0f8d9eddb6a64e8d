/** Paints everything that glows, once: blurring anew for each ship and frame would cost more than the whole battle. */

import type { Team } from '../../engine/battle.ts'
import { type Colour, css, type Tint, teamColours, tints } from './palette.ts'

/** A picture with its size in field pixels. It is painted around its middle, its nose to the right. */
export interface Sprite {
  readonly image: HTMLCanvasElement
  readonly width: number
  readonly height: number
}

export interface Sprites {
  readonly ship: Readonly<Record<Team, Sprite>>
  /** The ship's shape in white, for the moment of a hit. */
  readonly flash: Readonly<Record<Team, Sprite>>
  readonly bullet: Readonly<Record<Team, Sprite>>
  readonly flame: Readonly<Record<Team, Sprite>>
  /** A soft round light. */
  readonly light: Readonly<Record<Tint, Sprite>>
}

/** Painted this many times larger, for sharp screens. */
const detail = 3

export function paintSprites(): Sprites {
  return {
    ship: perTeam((team) => paintShip(team, false)),
    flash: perTeam((team) => paintShip(team, true)),
    bullet: perTeam(paintBullet),
    flame: perTeam(paintFlame),
    light: {
      red: paintLight(tints.red),
      blue: paintLight(tints.blue),
      white: paintLight(tints.white),
      fire: paintLight(tints.fire),
    },
  }
}

const perTeam = (paint: (team: Team) => Sprite): Record<Team, Sprite> => ({ red: paint('red'), blue: paint('blue') })

function sprite(width: number, height: number, paint: (context: CanvasRenderingContext2D) => void): Sprite {
  const image = document.createElement('canvas')
  image.width = width * detail
  image.height = height * detail
  const context = image.getContext('2d')
  if (context) {
    context.setTransform(detail, 0, 0, detail, image.width / 2, image.height / 2)
    paint(context)
  }
  return { image, width, height }
}

/** One half of the hull, from the nose along the left side to the tail; the other half mirrors it. */
const hulls: Readonly<Record<Team, readonly (readonly [number, number])[]>> = {
  // A dart with swept wings.
  red: [
    [16, 0],
    [4, 3.2],
    [-4, 10],
    [-11, 11.5],
    [-7, 4],
    [-9, 0],
  ],
  // A fork: two prongs ahead, a broad stern.
  blue: [
    [8, 0],
    [9, 3],
    [16, 6.2],
    [8, 8.4],
    [-3, 9],
    [-11, 5],
    [-8, 0],
  ],
}

function traceHull(context: CanvasRenderingContext2D, team: Team): void {
  const half = hulls[team]
  context.beginPath()
  for (const [x, y] of half) context.lineTo(x, y)
  for (const [x, y] of half.toReversed()) context.lineTo(x, -y)
  context.closePath()
}

function paintShip(team: Team, isFlash: boolean): Sprite {
  const { hull, dark, light } = teamColours[team]
  return sprite(64, 52, (context) => {
    traceHull(context, team)
    context.shadowColor = isFlash ? 'white' : css(hull, 0.95)
    context.shadowBlur = 12 * detail
    const paint = context.createLinearGradient(-11, 0, 16, 0)
    paint.addColorStop(0, css(dark))
    paint.addColorStop(0.55, css(hull))
    paint.addColorStop(1, css(light))
    context.fillStyle = isFlash ? 'white' : paint
    context.fill()
    if (isFlash) return
    context.shadowBlur = 0
    context.strokeStyle = css(light, 0.85)
    context.lineWidth = 0.9
    context.lineJoin = 'round'
    context.stroke()
    context.beginPath()
    context.ellipse(2, 0, 4, 1.7, 0, 0, Math.PI * 2)
    context.fillStyle = css(light, 0.95)
    context.fill()
  })
}

function paintBullet(team: Team): Sprite {
  const { hull, light } = teamColours[team]
  return sprite(44, 16, (context) => {
    const tail = context.createLinearGradient(-20, 0, 10, 0)
    tail.addColorStop(0, css(hull, 0))
    tail.addColorStop(1, css(hull, 0.9))
    context.lineCap = 'round'
    context.shadowColor = css(hull)
    context.shadowBlur = 6 * detail
    stroke(context, tail, 4.4, -19, 10)
    context.shadowBlur = 0
    stroke(context, css(light), 2.6, 0, 11)
  })
}

/** Starts at the left edge of its right half, so that it grows backwards from the stern. */
function paintFlame(team: Team): Sprite {
  const { hull, light } = teamColours[team]
  return sprite(40, 16, (context) => {
    context.scale(1, 0.34)
    const glow = context.createRadialGradient(12, 0, 0, 6, 0, 20)
    glow.addColorStop(0, css(light, 0.95))
    glow.addColorStop(0.3, css(hull, 0.75))
    glow.addColorStop(1, css(hull, 0))
    context.fillStyle = glow
    context.fillRect(-20, -24, 40, 48)
  })
}

function paintLight(colour: Colour): Sprite {
  return sprite(32, 32, (context) => {
    const glow = context.createRadialGradient(0, 0, 0, 0, 0, 16)
    glow.addColorStop(0, css(tints.white))
    glow.addColorStop(0.12, css(colour, 0.8))
    glow.addColorStop(0.4, css(colour, 0.22))
    glow.addColorStop(1, css(colour, 0))
    context.fillStyle = glow
    context.fillRect(-16, -16, 32, 32)
  })
}

function stroke(
  context: CanvasRenderingContext2D,
  style: string | CanvasGradient,
  width: number,
  from: number,
  to: number,
): void {
  context.strokeStyle = style
  context.lineWidth = width
  context.beginPath()
  context.moveTo(from, 0)
  context.lineTo(to, 0)
  context.stroke()
}

/** Draws ships and bullets as they are between two ticks. */

import type { BattleView, BulletView, ShipView } from '../../engine/battle.ts'
import { wrapAngle } from '../../engine/trigonometry.ts'
import { css, teamColours } from './palette.ts'
import type { Sprite, Sprites } from './sprites.ts'

/** Ticks for which a hit ship stays white, and a new one grows. */
const flashTicks = 5
const warpTicks = 22

const between = (from: number, to: number, alpha: number): number => from + (to - from) * alpha

/** Draws in field coordinates. @param alpha 0: the tick before, 1: the present one */
export function drawBattle(
  context: CanvasRenderingContext2D,
  sprites: Sprites,
  battle: BattleView,
  alpha: number,
): void {
  drawEdge(context, battle.config.canvasWidth, battle.config.canvasHeight)
  for (const ship of battle.ships) drawShip(context, sprites, battle, ship, alpha)
  context.globalCompositeOperation = 'lighter'
  for (const bullet of battle.bullets) drawBullet(context, sprites, bullet, alpha)
  context.globalCompositeOperation = 'source-over'
}

function drawShip(
  context: CanvasRenderingContext2D,
  sprites: Sprites,
  battle: BattleView,
  ship: ShipView,
  alpha: number,
): void {
  const x = between(ship.previousX, ship.x, alpha)
  const y = between(ship.previousY, ship.y, alpha)
  const angle = ship.previousAngle + wrapAngle(ship.angle - ship.previousAngle) * alpha
  const size = Math.min(1, (battle.tick - ship.bornTick + alpha + 3) / warpTicks)
  const isHit = ship.hitTick >= 0 && battle.tick - ship.hitTick < flashTicks
  const isPiloted = ship.id === battle.pilotedId

  context.save()
  context.translate(x, y)
  const share = ship.health / battle.config.shipMaxHealth
  if (isPiloted) drawPilotMark(context, battle.tick + alpha)
  if (share < 1 || isPiloted) drawHealth(context, share)
  context.rotate(angle)
  context.scale(size, size)
  const thrust = ship.controls.thrust * (0.75 + 0.35 * Math.random())
  context.globalCompositeOperation = 'lighter'
  context.globalAlpha = 0.9
  const flame = sprites.flame[ship.team]
  context.drawImage(flame.image, -6 - flame.width * thrust * 0.8, -flame.height / 2, flame.width * thrust, flame.height)
  context.globalAlpha = 1
  context.globalCompositeOperation = 'source-over'
  drawCentred(context, (isHit ? sprites.flash : sprites.ship)[ship.team])
  context.restore()
}

function drawBullet(context: CanvasRenderingContext2D, sprites: Sprites, bullet: BulletView, alpha: number): void {
  context.save()
  context.translate(between(bullet.previousX, bullet.x, alpha), between(bullet.previousY, bullet.y, alpha))
  context.rotate(Math.atan2(bullet.velocityY, bullet.velocityX))
  drawCentred(context, sprites.bullet[bullet.team])
  context.restore()
}

const drawCentred = (context: CanvasRenderingContext2D, { image, width, height }: Sprite): void =>
  context.drawImage(image, -width / 2, -height / 2, width, height)

/** An arc below the ship, as long as it has health left. */
function drawHealth(context: CanvasRenderingContext2D, share: number): void {
  const half = 0.85 * share
  context.beginPath()
  context.arc(0, 0, 21, Math.PI / 2 - half, Math.PI / 2 + half)
  context.lineWidth = 2
  context.lineCap = 'round'
  context.strokeStyle = share > 0.5 ? 'rgb(126 240 170 / 0.85)' : 'rgb(255 190 84 / 0.9)'
  context.stroke()
}

/** A turning, broken ring: this one is yours. */
function drawPilotMark(context: CanvasRenderingContext2D, time: number): void {
  context.strokeStyle = 'rgb(255 255 255 / 0.9)'
  context.lineWidth = 1.6
  for (let piece = 0; piece < 3; piece++) {
    const from = time * 0.03 + (piece * Math.PI * 2) / 3
    context.beginPath()
    context.arc(0, 0, 28, from, from + 1.2)
    context.stroke()
  }
}

/** A faint frame, its corners in the colour of the fleet that starts there. */
function drawEdge(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.lineWidth = 1
  context.strokeStyle = 'rgb(150 180 255 / 0.12)'
  context.strokeRect(0, 0, width, height)
  context.lineWidth = 2
  const isWide = width >= height
  for (const right of [0, 1]) {
    for (const low of [0, 1]) {
      const team = (isWide ? right : low) ? 'blue' : 'red'
      const [x, y] = [right * width, low * height]
      context.strokeStyle = css(teamColours[team].hull, 0.6)
      context.beginPath()
      context.moveTo(x + (right ? -26 : 26), y)
      context.lineTo(x, y)
      context.lineTo(x, y + (low ? -26 : 26))
      context.stroke()
    }
  }
}

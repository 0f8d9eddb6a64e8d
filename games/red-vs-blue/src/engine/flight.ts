/** What the controls do to a ship: it turns, pushes along its nose, and drag holds it to its top speed. */

import type { Battle, Ship } from './battle.ts'
import { cos, sin, wrapAngle } from './trigonometry.ts'

/** Pixels from a ship's centre to its hull. */
export const shipRadius = 7

/** Radians a tick at full rudder: once around in 1.2 seconds. */
const turnRate = 0.085

/** The share of its speed that a ship loses each tick. With thrust of the same share, top speed is where both meet. */
const drag = 0.04

export function flyShip({ config, pilotedId }: Battle, ship: Ship): void {
  const { controls } = ship
  const pace = ship.id === pilotedId ? 1 : ship.pace
  ship.previousX = ship.x
  ship.previousY = ship.y
  ship.previousAngle = ship.angle

  ship.angle = wrapAngle(ship.angle + controls.turn * turnRate)
  const push = controls.thrust * pace * config.shipSpeed * drag
  ship.velocityX = ship.velocityX * (1 - drag) + cos(ship.angle) * push
  ship.velocityY = ship.velocityY * (1 - drag) + sin(ship.angle) * push
  ship.x += ship.velocityX
  ship.y += ship.velocityY

  // The edge of the field is soft: a ship slides along it and keeps its nose.
  if (ship.x < shipRadius || ship.x > config.canvasWidth - shipRadius) ship.velocityX = 0
  if (ship.y < shipRadius || ship.y > config.canvasHeight - shipRadius) ship.velocityY = 0
  ship.x = Math.max(shipRadius, Math.min(config.canvasWidth - shipRadius, ship.x))
  ship.y = Math.max(shipRadius, Math.min(config.canvasHeight - shipRadius, ship.y))
}

/** Moves a ship as its controls say: it turns, pushes along its nose, and drag holds it to its top speed. */

import type { Battle, Ship } from './battle.ts'
import { cos, sin, wrapAngle } from './trigonometry.ts'
import { tuning } from './tuning.ts'

const { radius, turnRate, drag } = tuning.ship

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
  if (ship.x < radius || ship.x > config.canvasWidth - radius) ship.velocityX = 0
  if (ship.y < radius || ship.y > config.canvasHeight - radius) ship.velocityY = 0
  ship.x = Math.max(radius, Math.min(config.canvasWidth - radius, ship.x))
  ship.y = Math.max(radius, Math.min(config.canvasHeight - radius, ship.y))
}

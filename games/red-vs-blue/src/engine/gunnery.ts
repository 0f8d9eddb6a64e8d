/** Fires guns, moves bullets, and works out what they hit. Nobody is hit by their own side. */

import { type Battle, type Bullet, enemyOf, roundAngle, roundPlace, type Ship } from './battle.ts'
import type { BattleConfig } from './config.ts'
import { cos, sin, wrapAngle } from './trigonometry.ts'
import { tuning } from './tuning.ts'

const { radius: shipRadius } = tuning.ship
const { reloadTicks, spread, bulletLifeTicks } = tuning.gun

/** Pixels that a bullet flies. */
export const gunRange = (config: BattleConfig): number => config.bulletSpeed * bulletLifeTicks

/** Fires if the ship wants to and its gun is ready. */
export function shoot(battle: Battle, ship: Ship): void {
  if (!ship.controls.fire || battle.tick < ship.gunReadyTick) return
  const { config, random } = battle
  ship.gunReadyTick = battle.tick + Math.floor(random.between(reloadTicks.min, reloadTicks.max))
  const angle = wrapAngle(ship.angle + random.between(-spread, spread))
  const x = ship.x + cos(angle) * shipRadius
  const y = ship.y + sin(angle) * shipRadius
  const bullet: Bullet = {
    id: `bullet-${battle.round}-${++battle.bulletsFired}`,
    ownerId: ship.id,
    team: ship.team,
    velocityX: cos(angle) * config.bulletSpeed,
    velocityY: sin(angle) * config.bulletSpeed,
    expiresTick: battle.tick + bulletLifeTicks,
    x,
    y,
    previousX: x,
    previousY: y,
  }
  battle.bullets.push(bullet)
  battle.report?.('bullet_fired', {
    bulletId: bullet.id,
    shipId: ship.id,
    team: ship.team,
    x: roundPlace(x),
    y: roundPlace(y),
    angle: roundAngle(angle),
  })
}

/** Moves every bullet one tick, and works out what it hits. */
export function flyBullets(battle: Battle): void {
  battle.bullets = battle.bullets.filter((bullet) => {
    bullet.previousX = bullet.x
    bullet.previousY = bullet.y
    bullet.x += bullet.velocityX
    bullet.y += bullet.velocityY
    const struck = shipInTheWay(battle, bullet)
    if (struck) hit(battle, bullet, struck)
    return !struck && battle.tick < bullet.expiresTick && isInside(battle.config, bullet)
  })
}

/** The first ship on the bullet's way of this tick: the way and not its end, or fast bullets would pass through. */
function shipInTheWay({ config, nearby }: Battle, bullet: Bullet): Ship | undefined {
  const middleX = (bullet.previousX + bullet.x) / 2
  const middleY = (bullet.previousY + bullet.y) / 2
  const squaredWay = config.bulletSpeed * config.bulletSpeed
  let struck: Ship | undefined
  let struckAt = Number.POSITIVE_INFINITY
  for (const ship of nearby.within(middleX, middleY, config.bulletSpeed / 2 + shipRadius)) {
    if (ship.team !== enemyOf(bullet.team) || ship.health <= 0) continue
    const toX = ship.x - bullet.previousX
    const toY = ship.y - bullet.previousY
    const nearestAt = Math.max(0, Math.min(1, (toX * bullet.velocityX + toY * bullet.velocityY) / squaredWay))
    const missX = toX - bullet.velocityX * nearestAt
    const missY = toY - bullet.velocityY * nearestAt
    if (missX * missX + missY * missY > shipRadius * shipRadius || nearestAt >= struckAt) continue
    struck = ship
    struckAt = nearestAt
  }
  return struck
}

function hit(battle: Battle, bullet: Bullet, ship: Ship): void {
  const damage = Math.min(ship.health, battle.config.bulletDamage)
  ship.health -= damage
  ship.hitTick = battle.tick
  const place = { x: roundPlace(bullet.x), y: roundPlace(bullet.y) }
  battle.report?.('bullet_hit', {
    bulletId: bullet.id,
    shipId: ship.id,
    ownerId: bullet.ownerId,
    damage,
    health: ship.health,
    ...place,
  })
  if (ship.health > 0) return
  battle.alive[ship.team]--
  battle.report?.('ship_destroyed', {
    shipId: ship.id,
    team: ship.team,
    killerId: bullet.ownerId,
    x: roundPlace(ship.x),
    y: roundPlace(ship.y),
    lifetimeTicks: battle.tick - ship.bornTick,
  })
}

function isInside(config: BattleConfig, { x, y }: Bullet): boolean {
  return x >= 0 && y >= 0 && x <= config.canvasWidth && y <= config.canvasHeight
}

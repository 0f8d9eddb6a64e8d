/** Flies a bot's ship: it picks a prey, leads its shots, flocks with its own side, dodges, and runs when hurt. */

import { type Battle, type Ship, squaredDistance } from './battle.ts'
import { gunRange } from './gunnery.ts'
import { atan2, cos, sin, wrapAngle } from './trigonometry.ts'
import { tuning } from './tuning.ts'

const { keepCourse, think, pass, flee, flock, separation, dodge, edge, aim, slowTurn } = tuning.bot

/** Where a bot wants to go: the sum of what pulls and pushes it. */
interface Heading {
  x: number
  y: number
}

/** Sets the ship's controls for this tick. */
export function flyBot(battle: Battle, ship: Ship): void {
  if (battle.tick >= ship.thinkTick) chooseTarget(battle, ship)
  const { target, controls } = ship
  const heading = { x: cos(ship.angle) * keepCourse.weight, y: sin(ship.angle) * keepCourse.weight }

  controls.fire = false
  if (target && isHurt(battle, ship)) runFrom(battle, ship, target, heading)
  else if (target) controls.fire = hunt(battle, ship, target, heading)
  keepFormation(battle, ship, heading)
  dodgeBullets(battle, ship, heading)
  heading.x += edgePush(ship.x, battle.config.canvasWidth)
  heading.y += edgePush(ship.y, battle.config.canvasHeight)

  const error = wrapAngle(atan2(heading.y, heading.x) - ship.angle)
  controls.turn = Math.max(-1, Math.min(1, error * 4))
  controls.thrust = Math.abs(error) > slowTurn.above ? slowTurn.thrust : 1
}

/** The nearest enemy, seen through a bias that differs each time: so not everybody chases the same one. */
function chooseTarget({ random, ships, tick }: Battle, ship: Ship): void {
  ship.thinkTick = tick + Math.floor(random.between(think.minTicks, think.maxTicks))
  // Two bots that keep to their sides may circle each other for ever.
  if (random.next() < think.changeSide) ship.side = -ship.side
  ship.target = undefined
  let nearest = Number.POSITIVE_INFINITY
  for (const other of ships) {
    if (other.team === ship.team) continue
    const seen = squaredDistance(ship, other) * random.between(1 - think.taste, 1 + think.taste)
    if (seen >= nearest) continue
    nearest = seen
    ship.target = other
  }
}

/** Hurt, and hit not long ago. Later in the round the patience for that runs out, or rounds would never end. */
function isHurt({ config, tick }: Battle, ship: Ship): boolean {
  if (ship.hitTick < 0 || ship.health > config.shipMaxHealth * flee.belowHealth) return false
  return tick - ship.hitTick < flee.forTicks - tick / 20
}

function runFrom({ tick }: Battle, ship: Ship, target: Ship, heading: Heading): void {
  const distance = Math.sqrt(squaredDistance(ship, target)) + 1
  const awayX = (ship.x - target.x) / distance
  const awayY = (ship.y - target.y) / distance
  const jink = (Math.floor(tick / flee.jinkTicks) % 2 === 0 ? ship.side : -ship.side) * flee.weight
  heading.x += awayX + awayY * jink
  heading.y += awayY - awayX * jink
}

/** Flies to where the prey will be when a bullet gets there; true where a shot is worth it. */
function hunt({ config }: Battle, ship: Ship, prey: Ship, heading: Heading): boolean {
  const distance = Math.sqrt(squaredDistance(ship, prey)) + 1
  const lead = distance / config.bulletSpeed
  const toX = (prey.x + prey.velocityX * lead - ship.x) / distance
  const toY = (prey.y + prey.velocityY * lead - ship.y) / distance
  // Close by, a bot swerves past its prey instead of ramming it.
  const swerve = distance < pass.within ? (1 - distance / pass.within) * pass.weight * ship.side : 0
  heading.x += toX - toY * swerve
  heading.y += toY + toX * swerve
  const offBy = Math.abs(wrapAngle(atan2(toY, toX) - ship.angle))
  return offBy < aim.within && distance < gunRange(config) * aim.farthest
}

/** Keeps clear of everybody close, and flies with its own side: separation, alignment, cohesion (Reynolds' boids: https://www.red3d.com/cwr/boids/). */
function keepFormation({ config, nearby }: Battle, ship: Ship, heading: Heading): void {
  for (const other of nearby.within(ship.x, ship.y, flock.within)) {
    if (other === ship) continue
    const awayX = ship.x - other.x
    const awayY = ship.y - other.y
    const distance = Math.sqrt(awayX * awayX + awayY * awayY) + 1
    if (distance < separation.within) {
      const push = ((1 - distance / separation.within) * separation.weight) / distance
      heading.x += awayX * push
      heading.y += awayY * push
    }
    if (other.team !== ship.team) continue
    heading.x += (other.velocityX / config.shipSpeed) * flock.alignment - (awayX / flock.within) * flock.cohesion
    heading.y += (other.velocityY / config.shipSpeed) * flock.alignment - (awayY / flock.within) * flock.cohesion
  }
}

/** Steps aside from bullets that would pass close. */
function dodgeBullets({ bullets, config }: Battle, ship: Ship, heading: Heading): void {
  for (const bullet of bullets) {
    if (bullet.team === ship.team) continue
    const awayX = ship.x - bullet.x
    const awayY = ship.y - bullet.y
    const ahead = (awayX * bullet.velocityX + awayY * bullet.velocityY) / config.bulletSpeed
    if (ahead < 0 || ahead > dodge.within) continue
    const miss = (awayY * bullet.velocityX - awayX * bullet.velocityY) / config.bulletSpeed
    if (Math.abs(miss) > dodge.miss) continue
    // The way out is the side on which the bullet would miss already.
    const way = (miss < 0 ? -dodge.weight : dodge.weight) / config.bulletSpeed
    heading.x -= bullet.velocityY * way
    heading.y += bullet.velocityX * way
  }
}

/** Pushes back inwards along one axis, the harder the nearer to the edge. */
function edgePush(at: number, size: number): number {
  if (at < edge.within) return (1 - at / edge.within) * edge.weight
  if (at > size - edge.within) return ((size - at) / edge.within - 1) * edge.weight
  return 0
}

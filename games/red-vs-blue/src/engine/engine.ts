/** Plays a battle: one call to `step` is one tick. The same seed and inputs give the same events, byte for byte. */

import type { Battle, BattleView, Controls, Report, Ship, Team } from './battle.ts'
import { flyBot } from './bot.ts'
import { type BattleConfig, checkConfig } from './config.ts'
import { createEmitter, type HandlerFault } from './emitter.ts'
import type { BattleEvent } from './events.ts'
import { flyShip } from './flight.ts'
import { flyBullets, shoot } from './gunnery.ts'
import { beginRound, createRound, judgeRound, spawnShip } from './round.ts'
import { tuning } from './tuning.ts'

interface EngineEvents {
  /** Every battle event, while `enableTelemetry` is on. */
  telemetry: BattleEvent
  /** The same events at all times: for effects and sound. */
  event: BattleEvent
  /** A handler threw. */
  error: HandlerFault<EngineEvents>
}

export interface Engine {
  /** The round as it stands. Another object after a reset and in each round: do not keep it. */
  readonly battle: BattleView
  readonly tickHz: number
  /** Begins the first round, if `step` has not. Nothing is emitted before, so handlers miss nothing. */
  start(): void
  /** Plays one tick. */
  step(): void
  /** Drops the round, without a winner, and begins the next with the changed config. */
  reset(changes?: Partial<BattleConfig>): void
  /** Reinforces a team while there is fighting; returns the ship's id, or undefined where there is no room. */
  spawnShip(team: Team): string | undefined
  /** Puts a living ship into the player's hands; false if there is no such ship. */
  takeOver(shipId: string): boolean
  /** Hands the ship back to its bot. */
  release(): void
  /** Steers the piloted ship from the next tick on; without one it does nothing. */
  input(controls: Readonly<Controls>): void
  setTelemetryEnabled(enabled: boolean): void
  /** Returns its own unsubscribe. */
  on<Event extends keyof EngineEvents>(event: Event, handler: (value: EngineEvents[Event]) => void): () => void
  off<Event extends keyof EngineEvents>(event: Event, handler: (value: EngineEvents[Event]) => void): void
}

/**
 * Makes an engine at rest.
 *
 * @example
 * const engine = createEngine({ seed: 7, enableTelemetry: true })
 * engine.on('telemetry', ({ type, data }) => console.log(type, data))
 * for (let tick = 0; tick < 600; tick++) engine.step()
 * @throws {BattleError} `invalid_config`
 */
export function createEngine(options: Partial<BattleConfig> = {}): Engine {
  const emitter = createEmitter<EngineEvents>()
  let config = checkConfig(options)
  let telemetryEnabled = config.enableTelemetry
  let battle = createRound(config, 1, config.seed)

  const report: Report = (type, data) => {
    const event = { type, data } as BattleEvent
    emitter.emit('event', event)
    if (telemetryEnabled) emitter.emit('telemetry', event)
  }

  function updateReport(): void {
    const isHeard = emitter.hasListener('event') || (telemetryEnabled && emitter.hasListener('telemetry'))
    battle.report = isHeard ? report : undefined
  }

  function begin(next: Battle): void {
    battle = next
    updateReport()
    beginRound(battle)
  }

  function start(): void {
    if (battle.phase.status === 'waiting') begin(battle)
  }

  const off: Engine['off'] = (event, handler) => {
    emitter.off(event, handler)
    updateReport()
  }

  return {
    get battle() {
      return battle
    },
    get tickHz() {
      return config.tickHz
    },
    start,
    step() {
      start()
      if (battle.phase.status === 'over' && battle.tick >= battle.phase.nextRoundTick) {
        begin(createRound(config, battle.round + 1, battle.random.nextInt()))
      }
      playTick(battle)
    },
    reset(changes = {}) {
      config = checkConfig({ ...config, enableTelemetry: telemetryEnabled, ...changes })
      telemetryEnabled = config.enableTelemetry
      begin(createRound(config, battle.phase.status === 'waiting' ? battle.round : battle.round + 1, config.seed))
    },
    spawnShip(team) {
      if (battle.phase.status !== 'fighting' || battle.ships.length >= tuning.round.maxShips) return undefined
      return spawnShip(battle, team).id
    },
    takeOver: (shipId) => takeOver(battle, shipId),
    release() {
      battle.pilotedId = undefined
    },
    input(controls) {
      const ship = battle.ships.find(({ id }) => id === battle.pilotedId)
      if (ship) steerByHand(battle, ship, controls)
    },
    setTelemetryEnabled(enabled) {
      telemetryEnabled = enabled
      updateReport()
    },
    on(event, handler) {
      emitter.on(event, handler)
      updateReport()
      return () => off(event, handler)
    },
    off,
  }
}

function playTick(battle: Battle): void {
  battle.tick++
  battle.nearby.fill(battle.ships)
  for (const ship of battle.ships) {
    if (ship.target && ship.target.health <= 0) ship.target = undefined
    if (ship.id !== battle.pilotedId) flyBot(battle, ship)
  }
  for (const ship of battle.ships) {
    flyShip(battle, ship)
    if (battle.phase.status === 'fighting') shoot(battle, ship)
  }
  battle.nearby.fill(battle.ships)
  flyBullets(battle)
  battle.ships = battle.ships.filter((ship) => ship.health > 0)
  if (!battle.ships.some(({ id }) => id === battle.pilotedId)) battle.pilotedId = undefined
  judgeRound(battle)
}

function takeOver(battle: Battle, shipId: string): boolean {
  const ship = battle.ships.find(({ id }) => id === shipId)
  if (!ship) return false
  battle.pilotedId = shipId
  Object.assign(ship.controls, { turn: 0, thrust: 0, fire: false })
  return true
}

/** Reports a change of the controls, not their every tick. */
function steerByHand(battle: Battle, ship: Ship, { turn, thrust, fire }: Readonly<Controls>): void {
  const { controls } = ship
  if (controls.turn === turn && controls.thrust === thrust && controls.fire === fire) return
  Object.assign(controls, { turn, thrust, fire })
  battle.report?.('player_input', { shipId: ship.id, tick: battle.tick, turn, thrust, fire })
}

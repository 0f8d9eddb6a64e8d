import { describe, expect, it, vi } from 'vitest'
import { BattleError } from '../errors.ts'
import type { BattleConfig } from './config.ts'
import { createEngine, type Engine } from './engine.ts'
import { type BattleEvent, type BattleEvents, battleEvents } from './events.ts'
import { tuning } from './tuning.ts'

function record(options: Partial<BattleConfig> = {}): { engine: Engine; events: BattleEvent[] } {
  const engine = createEngine({ seed: 7, enableTelemetry: true, ...options })
  const events: BattleEvent[] = []
  engine.on('telemetry', (event) => events.push(event))
  return { engine, events }
}

const play = (engine: Engine, ticks: number): void => {
  for (let tick = 0; tick < ticks; tick++) engine.step()
}

const ofType = <Type extends BattleEvent['type']>(events: readonly BattleEvent[], type: Type): BattleEvents[Type][] =>
  events.flatMap((event) => (event.type === type ? [event.data as BattleEvents[Type]] : []))

describe('a round', () => {
  it('starts with its own event, then every ship', () => {
    const { engine, events } = record()
    expect(events).toEqual([])
    engine.start()
    engine.start()
    expect(events[0]).toMatchObject({
      type: 'round_started',
      data: { round: 1, seed: 7, config: { shipsPerTeam: 25 } },
    })
    expect(ofType(events, 'ship_spawned')).toHaveLength(50)
    expect(events).toHaveLength(51)
    expect(engine.battle.alive).toEqual({ red: 25, blue: 25 })
  })

  it('keeps the books: who is spawned either lives or was destroyed, and hits take the health they say', () => {
    const { engine, events } = record()
    engine.start()
    while (engine.battle.phase.status === 'fighting') engine.step()
    const destroyed = ofType(events, 'ship_destroyed')
    expect(destroyed.length + engine.battle.ships.length).toBe(50)
    for (const { shipId } of destroyed) {
      const hits = ofType(events, 'bullet_hit').filter((hit) => hit.shipId === shipId)
      expect(hits.reduce((sum, { damage }) => sum + damage, 0)).toBe(30)
      expect(hits.at(-1)?.health).toBe(0)
    }
  })

  it('ends when a team is gone, and after a pause the next begins with another seed', () => {
    const { engine, events } = record()
    engine.start()
    while (engine.battle.phase.status === 'fighting') engine.step()
    const [ended] = ofType(events, 'round_ended')
    expect([ended?.red, ended?.blue]).toContain(0)
    expect(ended?.winner).toBe(ended?.blue === 0 ? 'red' : 'blue')
    const shotsBefore = ofType(events, 'bullet_fired').length
    play(engine, tuning.round.pauseTicks)
    expect(engine.battle.round).toBe(1)
    expect(ofType(events, 'bullet_fired')).toHaveLength(shotsBefore)
    engine.step()
    expect(engine.battle.round).toBe(2)
    expect(ofType(events, 'round_started')[1]?.seed).not.toBe(7)
  })

  it('is decided by numbers when time is up', () => {
    // Bullets too slow and weak to kill anybody in time.
    const { engine, events } = record({ shipsPerTeam: 2, bulletDamage: 1, shipMaxHealth: 1000 })
    engine.start()
    engine.spawnShip('blue')
    play(engine, tuning.round.limitTicks)
    expect(ofType(events, 'round_ended')).toEqual([
      { round: 1, winner: 'blue', red: 2, blue: 3, ticks: tuning.round.limitTicks },
    ])
  })

  it('fires nothing at its own side', () => {
    const { engine, events } = record()
    play(engine, 1200)
    for (const { shipId, ownerId } of ofType(events, 'bullet_hit')) {
      expect(shipId.split('-')[0]).not.toBe(ownerId.split('-')[0])
    }
  })

  it('keeps every ship on the field and every bullet below its speed', () => {
    const { engine } = record({ shipsPerTeam: 10, canvasWidth: 400, canvasHeight: 500, bulletSpeed: 40 })
    for (let tick = 0; tick < 600; tick++) {
      engine.step()
      for (const { x, y } of engine.battle.ships) expect(x > 0 && x < 400 && y > 0 && y < 500).toBe(true)
    }
  })
})

it('emits only what its own definitions accept', () => {
  const { engine, events } = record({ shipsPerTeam: 8 })
  engine.start()
  engine.takeOver('blue-1-2')
  engine.input({ turn: 1, thrust: 1, fire: true })
  play(engine, 3000)
  for (const { type, data } of events) {
    expect(
      battleEvents.schemas[type]?.['~standard'].validate(data),
      `${type} ${JSON.stringify(data)}`,
    ).not.toHaveProperty('issues')
  }
})

describe('telemetry', () => {
  it('is silent while it is off, and never loses the events for effects', () => {
    const engine = createEngine({ seed: 7 })
    const telemetry = vi.fn()
    const event = vi.fn()
    engine.on('telemetry', telemetry)
    engine.on('event', event)
    play(engine, 600)
    expect(telemetry).not.toHaveBeenCalled()
    expect(event).toHaveBeenCalled()
  })

  it('can be switched while the battle goes on', () => {
    const { engine, events } = record()
    play(engine, 10)
    engine.setTelemetryEnabled(false)
    const before = events.length
    play(engine, 400)
    expect(events).toHaveLength(before)
    engine.setTelemetryEnabled(true)
    play(engine, 400)
    expect(events.length).toBeGreaterThan(before)
  })

  it('does not change the battle, whether anybody listens or not', () => {
    const { engine } = record()
    const unheard = createEngine({ seed: 7 })
    play(engine, 800)
    play(unheard, 800)
    const places = (of: Engine): unknown => of.battle.ships.map(({ id, x, y, health }) => [id, x, y, health])
    expect(places(unheard)).toEqual(places(engine))
  })

  it('survives a handler that throws, and tells', () => {
    const engine = createEngine({ seed: 7, enableTelemetry: true })
    const faults = vi.fn()
    const after = vi.fn()
    const cause = new Error('handler')
    engine.on('telemetry', () => {
      throw cause
    })
    engine.on('telemetry', after)
    engine.on('error', faults)
    engine.start()
    expect(after).toHaveBeenCalledTimes(51)
    expect(faults).toHaveBeenCalledWith({ event: 'telemetry', cause })
  })

  it('stops for a handler that is taken off', () => {
    const engine = createEngine({ enableTelemetry: true })
    const handler = vi.fn()
    const { on } = engine
    on('telemetry', handler)()
    engine.start()
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('the player', () => {
  it('flies the ship that they took, and each change of the controls is told once', () => {
    const { engine, events } = record({ shipsPerTeam: 1, shipMaxHealth: 1000, bulletDamage: 1 })
    engine.start()
    expect(engine.takeOver('red-1-1')).toBe(true)
    engine.input({ turn: 1, thrust: 0, fire: false })
    engine.input({ turn: 1, thrust: 0, fire: false })
    const angleBefore = engine.battle.ships[0]?.angle ?? 0
    play(engine, 10)
    expect(engine.battle.ships[0]?.angle).toBeCloseTo(angleBefore + 0.85, 10)
    expect(ofType(events, 'player_input')).toEqual([{ shipId: 'red-1-1', tick: 0, turn: 1, thrust: 0, fire: false }])
  })

  it('cannot take a ship that is not there, and loses the one that is destroyed', () => {
    const { engine, events } = record()
    engine.start()
    expect(engine.takeOver('red-9-9')).toBe(false)
    expect(engine.takeOver('red-1-1')).toBe(true)
    while (!ofType(events, 'ship_destroyed').some(({ shipId }) => shipId === 'red-1-1')) {
      if (engine.battle.round > 1) throw new Error('Expected an idle ship to be shot down in round 1')
      engine.step()
    }
    expect(engine.battle.pilotedId).toBeUndefined()
  })
})

describe('reset and reinforcements', () => {
  it('begins the next round with the changed config, without a winner', () => {
    const { engine, events } = record()
    play(engine, 100)
    engine.reset({ shipsPerTeam: 3, seed: 11 })
    expect(engine.battle).toMatchObject({ round: 2, seed: 11, tick: 0, alive: { red: 3, blue: 3 } })
    expect(ofType(events, 'round_ended')).toEqual([])
  })

  it('keeps the telemetry switch over a reset', () => {
    const { engine, events } = record()
    engine.setTelemetryEnabled(false)
    engine.reset()
    expect(events).toEqual([])
  })

  it('spawns only while there is fighting and room', () => {
    const engine = createEngine({ shipsPerTeam: 200 })
    expect(engine.spawnShip('red')).toBeUndefined()
    engine.start()
    expect(engine.spawnShip('red')).toBe('red-1-401')
    for (let i = 0; i < 200; i++) engine.spawnShip('blue')
    expect(engine.battle.ships).toHaveLength(tuning.round.maxShips)
  })
})

it.each([
  [{ shipsPerTeam: 0 }, 'Expected `shipsPerTeam` to be a whole number from 1 to 200, got 0'],
  [{ shipsPerTeam: 2.5 }, 'Expected `shipsPerTeam` to be a whole number from 1 to 200, got 2.5'],
  [{ shipSpeed: Number.NaN }, 'Expected `shipSpeed` to be a number from 0.5 to 20, got NaN'],
  [{ seed: -1 }, 'Expected `seed` to be a whole number from 0 to 4294967295, got -1'],
  [{ tickHz: '60' as unknown as number }, 'Expected `tickHz` to be a whole number from 10 to 240, got 60'],
  [{ enableTelemetry: 1 as unknown as boolean }, 'Expected `enableTelemetry` to be true or false, got 1'],
])('refuses %o', (options, message) => {
  expect(() => createEngine(options)).toThrow(new BattleError('invalid_config', message))
})

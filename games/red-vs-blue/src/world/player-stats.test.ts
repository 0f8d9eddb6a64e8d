import { expect, it } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import type { BattleEvent } from '../engine/events.ts'
import { createRoster } from './factions.ts'
import { trackPlayer } from './player-stats.ts'

/** An engine of which only these are seen: who flies, who lives, and what happens. */
function tracked() {
  let handler: ((event: BattleEvent) => void) | undefined
  const battle = { pilotedId: undefined as string | undefined, ships: [{ id: 'red-1-1' }, { id: 'red-1-3' }] }
  const on = (_: 'event', listener: (event: BattleEvent) => void) => {
    handler = listener
    return () => {
      handler = undefined
    }
  }
  const player = trackPlayer({ battle, on } as unknown as Engine, createRoster())
  const happen = <Type extends BattleEvent['type']>(type: Type, data: object): void =>
    handler?.({ type, data } as BattleEvent)
  return { battle, player, happen, isHeard: () => handler !== undefined }
}

const kill = (shipId: string, killerId: string) => ({ shipId, team: shipId.split('-')[0], killerId })

it('counts what the player’s ship does, and nothing of the others', () => {
  const { battle, player, happen } = tracked()
  battle.pilotedId = 'red-1-1'
  happen('player_input', { turn: 0.5, thrust: 0 })
  happen('player_input', { turn: 0, thrust: 1 })
  for (const shipId of ['red-1-1', 'red-1-3']) happen('bullet_fired', { shipId })
  for (const ownerId of ['red-1-1', 'blue-1-2']) happen('bullet_hit', { ownerId })
  happen('round_started', {})
  expect(player.collect()).toEqual([])
  expect(player.stats).toMatchObject({ flying: true, taken: 1, turns: 1, thrusts: 1, shots: 1, hits: 1, ticksFlown: 1 })
  player.collect()
  expect(player.stats).toMatchObject({ taken: 1, shots: 1, ticksFlown: 2 })
})

it('counts kills by faction, and tells of every loss', () => {
  const { battle, player, happen } = tracked()
  battle.pilotedId = 'red-1-1'
  happen('ship_destroyed', kill('blue-1-2', 'red-1-1'))
  happen('ship_destroyed', kill('blue-1-4', 'red-1-1'))
  happen('ship_destroyed', kill('blue-1-8', 'red-1-3'))
  expect(player.collect()).toEqual([
    { shipId: 'blue-1-2', byPlayer: true },
    { shipId: 'blue-1-4', byPlayer: true },
    { shipId: 'blue-1-8', byPlayer: false },
  ])
  expect(player.stats).toMatchObject({ kills: 2, killsOf: { 'azure-league': 2 } })
})

it('credits bullets that outlive their ship, until another ship is taken', () => {
  const { battle, player, happen } = tracked()
  battle.pilotedId = 'red-1-1'
  player.collect()
  happen('ship_destroyed', kill('red-1-1', 'blue-1-2'))
  battle.pilotedId = undefined
  battle.ships.shift()
  player.collect()
  expect(player.stats).toMatchObject({ flying: false, lost: 1, released: 0 })
  happen('ship_destroyed', kill('blue-1-2', 'red-1-1'))
  expect(player.collect()).toMatchObject([{ byPlayer: true }])
  battle.pilotedId = 'red-1-3'
  happen('ship_destroyed', kill('blue-1-4', 'red-1-1'))
  expect(player.collect()).toMatchObject([{ byPlayer: false }])
  expect(player.stats).toMatchObject({ taken: 2, kills: 1 })
})

it('does not credit a ship that was handed back', () => {
  const { battle, player, happen } = tracked()
  battle.pilotedId = 'red-1-1'
  player.collect()
  battle.pilotedId = undefined
  happen('ship_destroyed', kill('blue-1-2', 'red-1-1'))
  expect(player.collect()).toMatchObject([{ byPlayer: false }])
  expect(player.stats).toMatchObject({ flying: false, released: 1, lost: 0 })
})

it('counts standingsRead, and stops listening', () => {
  const { player, isHeard } = tracked()
  player.noteStandingsRead()
  expect(player.stats.standingsRead).toBe(1)
  player.close()
  expect(isHeard()).toBe(false)
})

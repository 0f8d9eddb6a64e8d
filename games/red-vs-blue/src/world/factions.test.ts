import { expect, it } from 'vitest'
import { createEngine } from '../engine/engine.ts'
import { createRoster, factions, isFactionId } from './factions.ts'

it('names allies and enemies that there are, and nobody as both', () => {
  for (const { id, allies, enemies } of factions) {
    for (const other of [...allies, ...enemies]) expect(isFactionId(other)).toBe(true)
    expect(allies.filter((ally) => enemies.includes(ally) || ally === id)).toEqual([])
  }
  expect(isFactionId('toString')).toBe(false)
})

it('gives every faction ships, each of its own colour, and the same ones in each round', () => {
  const engine = createEngine({ seed: 7 })
  engine.start()
  const roster = createRoster()
  const fleet = engine.battle.ships.map(({ id, team }) => ({ id, team, faction: roster.factionOf(id) }))
  expect(new Set(fleet.map(({ faction }) => faction.id)).size).toBe(factions.length)
  expect(fleet.filter(({ team, faction }) => faction.team !== team)).toEqual([])
  expect(roster.factionOf('blue-9-14')).toBe(roster.factionOf('blue-1-14'))
})

it('keeps to what a ship was sent by', () => {
  const roster = createRoster()
  expect(roster.factionOf('blue-1-52').id).toBe('azure-league')
  roster.enlist('blue-1-52', 'glass-choir')
  expect(roster.factionOf('blue-1-52').id).toBe('glass-choir')
})

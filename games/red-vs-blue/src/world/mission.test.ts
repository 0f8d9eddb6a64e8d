import { expect, it } from 'vitest'
import { createEngine } from '../engine/engine.ts'
import { createMission, type MissionOptions } from './mission.ts'
import type { MissionDefinition } from './mission-definition.ts'
import { unknown } from './standing.ts'
import { createTape } from './test-doubles.ts'
import { tutorialMission } from './tutorial-mission.ts'

const plain: MissionDefinition = {
  id: 'plain',
  title: 'Plain',
  briefing: 'Fly.',
  lessons: [],
  objectives: [{ id: 'fly', title: 'Fly', target: 1, measure: ({ stats }) => stats.taken }],
  rewards: ['A biscuit'],
  quarry: 'azure-league',
  endsWhenSkipped: false,
  defeat: ({ tick }) => (tick >= 90 ? 'Too slow' : undefined),
}

function begin(definition: MissionDefinition = plain, options: Partial<MissionOptions> = {}) {
  const engine = createEngine({ seed: 7 })
  const tape = createTape()
  const mission = createMission({
    definition,
    engine,
    now: 1000,
    emit: tape.emit,
    standingOf: () => unknown,
    ...options,
  })
  engine.start()
  mission.begin()
  const play = (ticks: number): void => {
    for (let tick = 0; tick < ticks; tick++) mission.step()
  }
  return { engine, mission, tape, play }
}

it('opens once, with everything that is to be known', () => {
  const { mission, tape } = begin()
  mission.begin()
  const names = tape.take().map(([name]) => name)
  expect(names.slice(0, 3)).toEqual(['mission:registered', 'faction:reputation_reset', 'faction:reputation_changed'])
  expect(names.filter((name) => name === 'mission:started')).toHaveLength(1)
  expect(mission).toMatchObject({ status: 'running', tick: 0, timeMs: 1000, isByBot: false })
})

it('tells the time in whole milliseconds of the game’s own clock', () => {
  const { mission, tape, play } = begin()
  tape.take()
  play(10)
  mission.takeOver()
  play(1)
  expect(tape.take()).toContainEqual([
    'mission:completed',
    { missionId: 'plain', rewards: ['A biscuit'], timestamp: 1183 },
  ])
  expect(mission).toMatchObject({ tick: 11, timeMs: 1183 })
})

it('lends ships of the player’s own side only: the given one, or the healthiest', () => {
  const { engine, mission } = begin()
  mission.takeOver('blue-1-2')
  expect(engine.battle.pilotedId).toBeUndefined()
  mission.takeOver('red-1-9')
  expect(engine.battle.pilotedId).toBe('red-1-9')
  mission.takeOver()
  expect(engine.battle.pilotedId).toBe('red-1-1')
})

it('is completed at once when nothing is left to do, and stands still from then on', () => {
  const { engine, mission, tape, play } = begin()
  mission.takeOver()
  play(1)
  expect(mission.status).toBe('completed')
  tape.take()
  const { tick } = engine.battle
  play(10)
  expect(engine.battle.tick).toBe(tick)
  expect(tape.take()).toEqual([])
})

it('fails for its own reason', () => {
  const { mission, tape, play } = begin()
  play(200)
  expect(mission).toMatchObject({ status: 'failed', tick: 90 })
  expect(tape.take().at(-1)).toEqual(['mission:failed', { missionId: 'plain', reason: 'Too slow', timestamp: 2500 }])
})

it('does not wait for a bot for ever', () => {
  const endless = { ...plain, objectives: [{ ...plain.objectives[0], target: 1e9 }], defeat: () => undefined }
  const { mission, tape, play } = begin(endless as MissionDefinition, { botSeed: 7 })
  play(12_000)
  expect(mission).toMatchObject({ status: 'failed', tick: 10_800, isByBot: true })
  expect(tape.take().at(-1)?.[1]).toMatchObject({ reason: 'The bot ran out of time' })
})

it('ends where its tutorial is all there is and the player leaves it', () => {
  const { mission, tape } = begin(tutorialMission)
  mission.skipTutorial()
  expect(mission.status).toBe('failed')
  expect(tape.take().slice(-2)).toMatchObject([
    ['tutorial:skipped', { reason: 'player' }],
    ['mission:failed', { reason: 'Skipped by the player' }],
  ])
  mission.skipTutorial()
  mission.readStandings()
  expect(tape.take()).toEqual([])
})

it('goes on without its lessons otherwise', () => {
  const { mission, play } = begin({ ...plain, lessons: tutorialMission.lessons })
  mission.skipTutorial()
  expect(mission.status).toBe('running')
  mission.takeOver()
  play(1)
  expect(mission.status).toBe('completed')
})

it('sends ships of who turns hostile, and of who becomes an ally', () => {
  const { engine, mission, tape, play } = begin(
    { ...plain, objectives: [{ id: 'never', title: 'Never', target: 1, measure: () => 0 }], defeat: () => undefined },
    { botSeed: 7, standingOf: () => ({ fame: 0, infamy: 30, attitude: 'wary' }) },
  )
  const sent = new Map<string, string>()
  engine.on('event', ({ type, data }) => {
    if (type === 'ship_spawned') sent.set(data.shipId, data.team)
  })
  const turned = () =>
    tape.take().filter(([name, payload]) => name === 'faction:attitude_changed' && 'cascade' in payload)
  while (turned().length === 0 || sent.size === 0) play(1)
  const [first] = sent.keys()
  expect(mission.roster.factionOf(first ?? '').team).toBe(sent.get(first ?? ''))
  expect(sent.size % 2).toBe(0)
})

import { beforeEach, expect, it } from 'vitest'
import { createWorld, type World } from './world.ts'
import { viewWorld } from './world-view.ts'

let world: World
beforeEach(() => {
  const game = () => ({ name: 'test', version: '0', seed: 1, missionId: 'cascade' })
  world = createWorld({ game, sections: {}, events: () => [], clock: () => 0 })
  world.store.connect()
  world.eventBus.emit('mission:registered', {
    missionId: 'cascade',
    title: 'The cascade',
    objectives: [{ objectiveId: 'hold', title: 'Hold on', target: 12 }],
    timestamp: 1,
  })
  world.eventBus.emit('mission:started', { missionId: 'cascade', timestamp: 1 })
})

const view = () => viewWorld(world.store.getState(), 'cascade')

function turn(factionId: string, attitudes: readonly [string, string], timestamp: number, source?: string): void {
  world.eventBus.emit('faction:attitude_changed', {
    factionId,
    factionName: factionId,
    oldAttitude: attitudes[0],
    newAttitude: attitudes[1],
    cascade: source !== undefined,
    ...(source !== undefined && { sourceFactionId: source, sourceFactionName: source }),
    timestamp,
  })
}

it('shows nothing where there is no such mission', () => {
  expect(viewWorld(world.store.getState(), 'picnic')).toBeUndefined()
})

it('shows all factions from the start, each neutral until it is heard of', () => {
  expect(view()).toMatchObject({ title: 'The cascade', outcome: undefined, prompt: undefined, cascade: undefined })
  expect(view()?.standings.map(({ attitude }) => attitude)).toEqual(new Array(5).fill('neutral'))
  expect(view()?.objectives).toMatchObject([{ objectiveId: 'hold', status: 'pending', target: 12 }])
})

it('shows what changed since the mission began, and not what was known before', () => {
  turn('ember-pact', ['neutral', 'friendly'], 1)
  turn('azure-league', ['neutral', 'wary'], 5)
  const [league, , , pact] = view()?.standings ?? []
  expect(league).toMatchObject({ attitude: 'wary', turn: { isWorse: true, source: undefined, timeMs: 5 } })
  expect(pact).toMatchObject({ attitude: 'friendly', turn: undefined })
  expect(view()?.cascade).toBeUndefined()
})

it('shows the last cascade, with everybody it has moved', () => {
  turn('tide-wardens', ['neutral', 'wary'], 5, 'Azure League')
  turn('tide-wardens', ['wary', 'hostile'], 9, 'Azure League')
  turn('rust-corsairs', ['neutral', 'friendly'], 9, 'Azure League')
  turn('glass-choir', ['neutral', 'wary'], 5, 'Tide Wardens')
  expect(view()?.cascade).toMatchObject({
    source: 'Azure League',
    timeMs: 9,
    reached: [
      { id: 'tide-wardens', attitude: 'hostile', turn: { isWorse: true } },
      { id: 'rust-corsairs', attitude: 'friendly', turn: { isWorse: false } },
    ],
  })
})

it('shows the prompt, and what the story said last', () => {
  const step = { stepId: 'fly', stepIndex: 0, totalSteps: 2, title: 'Fly', description: 'Do', canSkip: true }
  world.eventBus.emit('tutorial:step_started', { ...step, controlHint: 'T', timestamp: 2 })
  expect(view()).toMatchObject({ prompt: { stepId: 'fly', controlHint: 'T', totalSteps: 2 }, story: undefined })
  world.eventBus.emit('tutorial:step_completed', { stepId: 'fly', followUpNarrative: 'Well done', timestamp: 3 })
  expect(view()).toMatchObject({ prompt: undefined, story: 'Well done' })
})

it.each([
  ['completed', { rewards: ['A biscuit'] }, { status: 'completed', rewards: ['A biscuit'] }],
  ['completed', { rewards: 'a biscuit' }, { status: 'completed', rewards: [] }],
  ['failed', { reason: 'Too late' }, { status: 'failed', reason: 'Too late' }],
] as const)('shows how it ended: %s %o', (how, more, outcome) => {
  world.eventBus.emit(`mission:${how}`, { missionId: 'cascade', reason: '', timestamp: 4, ...more } as never)
  expect(view()?.outcome).toEqual(outcome)
})

/** Events as games emit that were there before these slices: other kinds, other names, more fields and fewer. */

import { describe, expect, expectTypeOf, it } from 'vitest'
import { EventBus } from '../event-bus.ts'
import type { WorldStateFault } from '../store/world-events.ts'
import { WorldStateStore } from '../store/world-state-store.ts'
import { createFactionSlice } from './faction.ts'
import type { FactionEvents } from './faction-shape.ts'
import { createMissionSlice } from './mission.ts'
import type { MissionEvents } from './mission-shape.ts'
import { createTutorialSlice } from './tutorial.ts'
import type { TutorialEvents } from './tutorial-shape.ts'

const slices = () => [createFactionSlice(), createTutorialSlice(), createMissionSlice()] as const

/** A game with a typed bus: what is emitted below compiles, too. */
function aGame() {
  const faults: WorldStateFault[] = []
  const eventBus = new EventBus<FactionEvents & TutorialEvents & MissionEvents>()
  const store = new WorldStateStore({
    slices: slices(),
    eventBus,
    clock: () => 500,
    onError: (fault) => faults.push(fault),
  })
  store.connect()
  const emit: typeof eventBus.emit = (name, payload) => {
    eventBus.emit(name, payload)
    // Whatever came in, it can be saved and loaded.
    const other = new WorldStateStore({ slices: slices() })
    expect(other.hydrate(JSON.parse(JSON.stringify(store.snapshot())))).toEqual({ ok: true })
    expect(other.inspect()).toEqual(store.inspect())
  }
  /** For what no compiler would let through. */
  const emitAny = emit as (name: string, payload?: unknown) => void
  const words = () => faults.map(({ code, error }) => `${code}: ${(error as Error).message}`)
  return { store, emit, emitAny, faults, words }
}

const controlHint = { label: 'Movement', keys: ['W', 'A', 'S', 'D'], note: 'Hold to run' }

describe('the tutorial takes', () => {
  const step = {
    stepId: 'movement',
    stepIndex: 0,
    totalSteps: 3,
    title: 'Move',
    description: 'Move around',
    highlight: { type: 'entity', entityId: 'player' },
    position: { x: 400, y: 120 },
    canSkip: true,
    startedAt: 500,
  }

  it('a control hint that is an object, and keeps it as it is', () => {
    const { store, emit, faults } = aGame()
    emit('tutorial:step_started', { ...step, controlHint })
    expect(store.select('tutorial', 'prompt')).toMatchObject({ stepId: 'movement', controlHint })
    const keys = { stepId: 'movement', stepIndex: 0, controlHint: { ...controlHint, keys: ['I'] }, updatedAt: 501 }
    emit('tutorial:control_hint_updated', keys)
    expect(store.select('tutorial', 'prompt')?.controlHint).toEqual({ ...controlHint, keys: ['I'] })
    emit('tutorial:step_started', { ...step, controlHint: null })
    expect(store.select('tutorial', 'prompt')?.controlHint).toBeNull()
    expect(faults).toEqual([])
  })

  it('completed steps as a list, whose length counts', () => {
    const { store, emit, faults } = aGame()
    emit('tutorial:started', { totalSteps: 3 })
    emit('tutorial:completed', { completedSteps: ['movement', 4], metadata: { totalSteps: 3 } })
    expect(store.select('tutorial', 'progress')).toEqual({ status: 'completed', completedSteps: 2, totalSteps: 3 })
    expect(store.getState().tutorial.transcript.at(-1)?.metadata).toEqual({
      completedSteps: ['movement', 4],
      totalSteps: 3,
    })
    emit('tutorial:skipped', { completedSteps: [] })
    expect(store.select('tutorial', 'progress')).toMatchObject({ status: 'skipped', completedSteps: 0 })
    expect(faults).toEqual([])
  })

  it('steps with no more than an id, which may be a number', () => {
    const { store, emit, faults } = aGame()
    emit('tutorial:started', { totalSteps: undefined })
    emit('tutorial:step_started', { stepId: 7 })
    expect(store.select('tutorial', 'prompt')).toEqual({
      stepId: '7',
      stepIndex: null,
      title: '7',
      description: '',
      canSkip: false,
      controlHint: null,
      startedAt: 500,
    })
    emit('tutorial:step_completed', { stepId: 7, durationMs: null })
    expect([...store.getState().tutorial.stepDurationsMs]).toEqual([['7', 0]])
    emit('tutorial:skipped', { stepId: undefined, reason: null })
    expect(faults).toEqual([])
  })

  it.each(['tutorial:started', 'tutorial:completed', 'tutorial:skipped'])('%s without a payload', (name) => {
    const { store, emitAny, faults } = aGame()
    for (const payload of [undefined, null, {}]) emitAny(name, payload)
    expect(store.getState().tutorial.transcript).toHaveLength(3)
    expect(faults).toEqual([])
  })

  it('what is odd about a field by leaving it out, and says so', () => {
    const { store, emitAny, words } = aGame()
    emitAny('tutorial:step_started', {
      ...step,
      stepIndex: 'first',
      title: { en: 'Move' },
      canSkip: 'yes',
      totalSteps: Number.NaN,
      action: ['a'],
      metadata: 'text',
    })
    expect(store.select('tutorial', 'prompt')).toMatchObject({ stepId: 'movement', stepIndex: null, title: 'movement' })
    expect(words().sort()).toEqual([
      'field_left_out: Expected `payload.action` to be text, got array',
      'field_left_out: Expected `payload.canSkip` to be true or false, got "yes"',
      'field_left_out: Expected `payload.metadata` to be an object, got "text"',
      'field_left_out: Expected `payload.stepIndex` to be a number, got "first"',
      'field_left_out: Expected `payload.title` to be text, got object',
      'field_left_out: Expected `payload.totalSteps` to be a number, got "NaN"',
    ])
  })
})

describe('factions take', () => {
  it('a numeric entity, no name, and nothing for what is unknown', () => {
    const { store, emit, faults } = aGame()
    emit('faction:member_removed', { factionId: 'delta', npcId: null, entityId: 404, tag: null, removedAt: null })
    emit('faction:member_removed', { factionId: 9, factionName: undefined, npcId: 1, entityId: 0, tag: 'npc' })
    expect(store.getState().faction.recentMemberRemovals).toEqual([
      { factionId: 'delta', factionName: 'delta', npcId: null, entityId: '404', tag: null, removedAt: 500 },
      { factionId: '9', factionName: '9', npcId: '1', entityId: '0', tag: 'npc', removedAt: 500 },
    ])
    expect(faults).toEqual([])
  })

  it('a change of attitude with its ids alone, and a source under its other name', () => {
    const { store, emit, faults } = aGame()
    emit('faction:attitude_changed', {
      factionId: 'red',
      factionName: 'Reds',
      newAttitude: 'wary',
      sourceFactionName: null,
    })
    emit('faction:attitude_changed', { factionId: 'red', newAttitude: -40 })
    emit('faction:attitude_changed', {
      factionId: 'red',
      newAttitude: 'hostile',
      cascade: true,
      source: 'alpha',
      sourceFactionName: 'Alpha',
    })
    const faction = store.select('faction', 'faction', 'red')
    expect(faction).toMatchObject({ factionName: 'Reds', attitude: 'hostile', cascadeCount: 1 })
    expect(faction?.attitudeHistory).toMatchObject([
      { oldAttitude: null, newAttitude: 'wary', cascade: false },
      { oldAttitude: 'wary', newAttitude: '-40', cascade: false },
      { oldAttitude: '-40', newAttitude: 'hostile', cascade: true, sourceFactionId: 'alpha' },
    ])
    expect(store.getState().faction.lastCascadeEvent).toMatchObject({ sources: ['alpha'] })
    expect(faults).toEqual([])
  })

  it('a change of standing that says the delta, or what results, or both as text', () => {
    const { store, emit, emitAny, faults } = aGame()
    emit('faction:reputation_changed', { factionId: 'red', newFame: 30, newInfamy: 10 })
    emit('faction:reputation_changed', { factionId: 'red', deltaFame: 5, reason: null })
    emitAny('faction:reputation_changed', { factionId: 'red', deltaFame: '-2', newFame: ' 33 ', reason: 7 })
    expect(store.select('faction', 'faction', 'red')).toMatchObject({
      fame: 33,
      infamy: 10,
      lastChange: { deltaFame: -2, deltaInfamy: 0, reason: '7' },
    })
    expect(faults).toEqual([])
  })

  it('a reset that says nothing', () => {
    const { store, emit, emitAny, faults } = aGame()
    emit('faction:reputation_reset', {})
    emitAny('faction:reputation_reset')
    expect(store.getState().faction).toMatchObject({
      lastReset: { reason: null, initiatedBy: null },
      counts: { resets: 2 },
    })
    expect(faults).toEqual([])
  })

  it.each([
    ['faction:reputation_changed', {}, 'Expected `payload.factionId` to be text or a number'],
    ['faction:attitude_changed', { factionId: 'red' }, 'Expected `payload.newAttitude` to be text'],
    ['faction:member_removed', null, 'Expected `payload.factionId` to be text or a number'],
    ['faction:member_removed', ['red'], 'Expected `payload` to be an object, got array'],
    ['faction:reputation_reset', 'all', 'Expected `payload` to be an object, got "all"'],
    ['objective:completed', { missionId: 'm' }, 'Expected `payload.objectiveId` to be text or a number'],
  ])('no %s that says nothing of whom: %o', (name, payload, message) => {
    const { store, emitAny, words } = aGame()
    const before = store.getState()
    emitAny(name, payload)
    expect(words()).toEqual([`reducer_failed: ${message}`])
    expect(store.getState()).toBe(before)
  })
})

describe('missions take', () => {
  it('quests, and objectives by id and description, or by id alone', () => {
    const { store, emit, faults } = aGame()
    emit('mission:registered', {
      questId: 'parlor',
      title: 'The parlor',
      objectives: [{ id: 'gate', description: 'Unlock the gate' }, { objectiveId: 2, title: null, target: 3 }, 'leave'],
    })
    emit('mission:started', { questId: 'parlor' })
    emit('objective:blocked', { questId: 'parlor', objectiveId: 'gate', reason: null })
    emit('objective:progress', { questId: 'parlor', objectiveId: 2, progress: 2 })
    emit('objective:completed', { missionId: 'parlor', objectiveId: 'leave' })
    expect(store.select('mission', 'activeMission')?.objectives.values()).toMatchObject([
      { objectiveId: 'gate', title: 'Unlock the gate', status: 'blocked', reason: null },
      { objectiveId: '2', title: '2', status: 'active', progress: 2, target: 3 },
      { objectiveId: 'leave', title: 'leave', status: 'completed', progress: 1 },
    ])
    emit('mission:failed', { missionId: 'parlor' })
    expect(store.select('mission', 'mission', 'parlor')).toMatchObject({ status: 'failed', reason: null })
    expect(faults).toEqual([])
  })

  it('a mission without title or objectives, and leaves an odd objective out', () => {
    const { store, emit, emitAny, words } = aGame()
    emit('mission:registered', { missionId: 3 })
    expect(store.select('mission', 'mission', '3')).toMatchObject({ title: '3' })
    emitAny('mission:registered', { missionId: 'm', objectives: [null, {}, ['a'], { id: 'a', target: 'many' }] })
    expect(store.select('mission', 'mission', 'm')?.objectives.keys()).toEqual(['a'])
    emitAny('mission:registered', { missionId: 'n', objectives: { a: 1 } })
    expect(words()).toEqual([
      'field_left_out: Expected `payload.objectives[0]` to be an object, got null',
      'field_left_out: Expected `payload.objectives[1].objectiveId` to be text or a number',
      'field_left_out: Expected `payload.objectives[2]` to be an object, got array',
      'field_left_out: Expected `payload.objectives[3].target` to be a number, got "many"',
      'field_left_out: Expected `payload.objectives` to be a list, got object',
    ])
  })
})

it('a field that was left out is told after the event has counted, to the bus, too', () => {
  const eventBus = new EventBus()
  const store = new WorldStateStore({ slices: slices(), eventBus, onError: () => {} })
  const heard: unknown[] = []
  eventBus.on('worldstate:error', (fault) => heard.push([fault, store.revision]))
  store.dispatch('tutorial:started', { totalSteps: [] as never })
  expect(heard).toMatchObject([[{ code: 'field_left_out', type: 'tutorial:started' }, 1]])
})

it('types still hold what an event is about', () => {
  expectTypeOf<{ factionId: number; newAttitude: string }>().toExtend<FactionEvents['faction:attitude_changed']>()
  expectTypeOf<{ newAttitude: string }>().not.toExtend<FactionEvents['faction:attitude_changed']>()
  expectTypeOf<{ objectiveId: string }>().not.toExtend<MissionEvents['objective:completed']>()
  expectTypeOf<{ stepId: boolean }>().not.toExtend<TutorialEvents['tutorial:step_completed']>()
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WorldStateStore } from '../store/world-state-store.ts'
import { createFactionSlice } from './faction.ts'
import { factionState } from './faction-shape.ts'
import { createMissionSlice } from './mission.ts'
import { createTutorialSlice } from './tutorial.ts'

const slices = () =>
  [
    createFactionSlice({ attitudeHistory: 2, cascadeSources: 2 }),
    createTutorialSlice({ snapshots: 2, transcript: 3 }),
    createMissionSlice(),
  ] as const

const types = slices().flatMap(({ on }) => Object.keys(on))

const anId = fc.constantFrom<string | number | null>('red', 'blue', '__proto__', '', 7, null)
const aCount = fc.oneof(
  { weight: 5, arbitrary: fc.nat(5) },
  fc.constantFrom(Number.NaN, null, 'many', '4', ['a', 'b'], {}),
)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 8 })

/** Every field that any event has; now and then null, or of the wrong kind. */
const aPayload = fc.record({
  ...Object.fromEntries(
    ['factionId', 'sourceFactionId', 'stepId', 'missionId', 'objectiveId', 'npcId', 'entityId'].map((name) => [
      name,
      anId,
    ]),
  ),
  ...Object.fromEntries(
    [
      'factionName',
      'sourceFactionName',
      'oldAttitude',
      'newAttitude',
      'reason',
      'initiatedBy',
      'tag',
      'title',
      'description',
      'action',
      'followUpNarrative',
    ].map((name) => [name, maybe(fc.string({ maxLength: 3 }))]),
  ),
  ...Object.fromEntries(
    [
      'deltaFame',
      'deltaInfamy',
      'newFame',
      'newInfamy',
      'removedAt',
      'totalSteps',
      'stepIndex',
      'completedSteps',
      'durationMs',
      'progress',
      'target',
      'timestamp',
    ].map((name) => [name, aCount]),
  ),
  controlHint: maybe(fc.oneof(fc.string({ maxLength: 3 }), fc.object({ maxDepth: 2 }))),
  cascade: fc.boolean(),
  canSkip: fc.boolean(),
  metadata: maybe(fc.object({ maxDepth: 2 })),
  rewards: fc.anything({ maxDepth: 2 }),
  objectives: fc.array(
    fc.oneof(anId, fc.record({ objectiveId: anId, id: anId, title: maybe(fc.string()), target: maybe(fc.nat()) })),
    { maxLength: 3 },
  ),
})

it('whatever a game emits, its world can be saved, loaded and shown', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...types), aPayload), { maxLength: 80 }), (actions) => {
      const store = new WorldStateStore({ slices: slices(), clock: () => 5, onError: () => {} })
      for (const [type, payload] of actions) store.dispatch(type as 'mission:started', payload as never)
      const snapshot = JSON.parse(JSON.stringify(store.snapshot()))
      const other = new WorldStateStore({ slices: slices() })
      expect(other.hydrate(snapshot)).toEqual({ ok: true })
      expect(other.snapshot()).toStrictEqual(store.snapshot())
      expect(other.inspect()).toStrictEqual(store.inspect())
      expect(other.tables()).toEqual(store.tables())
      expect(factionState(store.getState().faction, 'state')).toBeUndefined()
      for (const { columns, rows } of store.tables()) for (const row of rows) expect(row).toHaveLength(columns.length)
    }),
    { numRuns: 100 },
  )
}, 20_000)

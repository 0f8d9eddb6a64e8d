/** Loads saves of a game: whatever a slot holds, loading it gives a result; a refused one changes nothing, a taken one is a world like any other. */
import { isDeepStrictEqual } from 'node:util'
import { createMemoryStorage, defineSlice, RecordMap, SaveManager, WorldStateStore } from '@downlink/world-state'
import { createFactionSlice, createMissionSlice, createTutorialSlice } from '@downlink/world-state/slices'
import fc from 'fast-check'
import { usedHeap } from '../held-bytes.ts'
import { type Damage, damage, damaged, oddJson } from '../inputs/damaged-json.ts'
import type { Subject, Target } from '../target.ts'

export const snapshots: Target = {
  name: 'snapshots',
  about: 'saves of games that were played, damaged, loaded, and played on',
  share: 2,
  open: async (): Promise<Subject<PlayedSave>> => ({
    inputs: fc.oneof({ weight: 20, arbitrary: playedSave }, { weight: 1, arbitrary: oddSave }),
    lanes: 1,
    countOf: () => 1,
    try: load,
    check: async () => {},
    heldBytes: async () => usedHeap(),
    close: async () => {},
  }),
}

interface PlayedSave {
  /** What happened in the game that was saved, and happens again once it is loaded. */
  readonly actions: readonly Action[]
  /** Of the save; a text takes its place. */
  readonly harm: Damage | string
}

interface Action {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

interface Bag {
  readonly items: RecordMap<{ readonly count: number; readonly of?: readonly unknown[] | undefined }>
  readonly gold: bigint
  readonly spot: Readonly<Record<string, unknown>> | null
  readonly notes: readonly string[]
}

/** Holds all that a state may hold, and is in its second version. */
const bag = defineSlice({
  name: 'bag',
  version: 2,
  initial: { items: RecordMap.empty(), gold: 0n, spot: null, notes: [] } as Bag,
  on: {
    'bag:filled': (state: Bag, { id, count }: { id: string; count: number }): Bag => ({
      ...state,
      items: state.items.set(id, { count, of: [count, { [id]: undefined }, [-0, null]] }),
    }),
    'bag:emptied': (state: Bag, { id }: { id: string }): Bag => ({ ...state, items: state.items.delete(id) }),
    'bag:paid': (state: Bag, { count }: { count: number }): Bag => ({
      ...{ ...state, gold: state.gold + BigInt(Number.isSafeInteger(count) ? count : 0) },
      spot: { [`at ${count}`]: { x: count } },
      notes: [...state.notes, `${count}`].slice(-3),
    }),
  },
  inspect: { bag: ({ items, gold }) => ({ items: items.size, gold: String(gold) }) },
  migrations: { 1: (state) => ({ notes: [], ...(state as object) }) },
})

const slices = () => [
  createFactionSlice({ attitudeHistory: 2, cascadeSources: 2 }),
  createMissionSlice(),
  createTutorialSlice({ snapshots: 2, transcript: 3 }),
  bag,
]

const types = slices().flatMap(({ on }) => Object.keys(on))

const id = fc.constantFrom('red', 'blue', 'm', 's', '__proto__', '', 'é🚀')
const count = fc.constantFrom(0, 1, 2, -1, 0.5, -0, 2 ** 53, 1e300)
const fieldsOf = (names: readonly string[], value: fc.Arbitrary<unknown>) =>
  Object.fromEntries(names.map((name) => [name, value]))

const action: fc.Arbitrary<Action> = fc.record({
  type: fc.constantFrom(...types),
  payload: fc.record({
    ...fieldsOf(['id', 'factionId', 'sourceFactionId', 'stepId', 'missionId', 'objectiveId', 'npcId'], id),
    ...fieldsOf(['count', 'deltaFame', 'newFame', 'totalSteps', 'stepIndex', 'progress', 'target'], count),
    ...fieldsOf(['newAttitude', 'reason', 'tag', 'title', 'controlHint', 'description'], fc.string()),
    objectives: fc.array(fc.oneof(id, fc.record({ id, target: count })), { maxLength: 3 }),
    metadata: fc.jsonValue({ maxDepth: 2 }),
  }),
})

const playedSave: fc.Arbitrary<PlayedSave> = fc.record({ actions: fc.array(action, { maxLength: 12 }), harm: damage })
const oddSave: fc.Arbitrary<PlayedSave> = oddJson.map((harm) => ({ actions: [], harm }))

const slot = 'slot'

/** @param faults what its slices or listeners do wrong */
function aWorld(faults: unknown[] = []) {
  const store = new WorldStateStore({ slices: slices(), clock: () => 1000, onError: (fault) => faults.push(fault) })
  const storage = createMemoryStorage()
  const game = { name: 'Fuzz', version: '1', seed: 1, missionId: null }
  return { store, storage, saves: new SaveManager({ store, storage, game, clock: () => 1000 }) }
}

type World = ReturnType<typeof aWorld>

/** Something of each slice. */
const opening: readonly Action[] = [
  { type: 'faction:reputation_changed', payload: { factionId: 'red', deltaFame: 3, reason: 'won' } },
  { type: 'faction:member_removed', payload: { factionId: 'blue', npcId: 7, tag: 'guard' } },
  {
    type: 'mission:registered',
    payload: { missionId: 'm', title: 'First', objectives: ['a', { id: 'b', target: 3 }] },
  },
  { type: 'mission:started', payload: { missionId: 'm' } },
  { type: 'tutorial:started', payload: { totalSteps: 2 } },
  { type: 'tutorial:step_started', payload: { stepId: 's', stepIndex: 0, totalSteps: 2 } },
  { type: 'bag:filled', payload: { id: 'key', count: 1 } },
  { type: 'bag:paid', payload: { count: 7 } },
]

function play({ store }: World, actions: readonly Action[]): void {
  for (const { type, payload } of actions) store.dispatch(type as never, payload as never)
}

async function saveOf({ actions, harm }: PlayedSave): Promise<string> {
  if (typeof harm === 'string') return harm
  const world = aWorld()
  play(world, [...opening, ...actions])
  const saved = await world.saves.save(slot)
  if (!saved.ok) throw new Error(`What was played can't be saved: ${saved.message}`)
  return damaged(JSON.parse((await world.storage.read(slot)) ?? ''), harm)
}

async function load(input: PlayedSave): Promise<void> {
  const text = await saveOf(input)
  const faults: unknown[] = []
  const world = aWorld(faults)
  play(world, opening)
  faults.length = 0
  const before = world.store.getState()
  await world.storage.write(slot, text)
  const result = await world.saves.load(slot)
  if (!result.ok) {
    if (world.store.getState() !== before) throw new Error('A save that was refused changed the world')
    if (typeof result.message !== 'string') throw new Error('A refusal says nothing')
    return
  }
  await expectWorld(world)
  play(world, opening)
  if (faults.length > 0) throw new Error(`A world that was loaded fails: ${JSON.stringify(faults[0])} ${faults[0]}`)
  play(world, input.actions)
  await expectWorld(world)
}

/** It can be looked at, and what is saved of it comes back. */
async function expectWorld({ store, storage, saves }: World): Promise<void> {
  const { failedSections = [] } = saves.getInspectorSummary() as { failedSections?: readonly unknown[] }
  if (failedSections.length > 0) throw new Error(`A section can't be read: ${JSON.stringify(failedSections)}`)
  store.tables()
  const saved = await saves.save(slot, { overwrite: true })
  if (!saved.ok) throw new Error(`It can't be saved: ${saved.message}`)
  const other = aWorld()
  await other.storage.write(slot, (await storage.read(slot)) ?? '')
  const loaded = await other.saves.load(slot)
  if (!loaded.ok) throw new Error(`What was saved is refused: ${loaded.message}`)
  if (!isDeepStrictEqual(other.store.snapshot(), store.snapshot()))
    throw new Error('What was saved comes back as another')
}

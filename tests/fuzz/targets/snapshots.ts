/** Loads saves of a game: whatever a slot holds, loading it gives a result; a refused one changes nothing, a taken one is a world like any other. */
import { isDeepStrictEqual } from 'node:util'
import { createMemoryStorage, SaveManager, WorldStateStore } from '@downlink/world-state'
import { createFactionSlice, createMissionSlice, createTutorialSlice } from '@downlink/world-state/slices'
import fc from 'fast-check'
import { usedHeap } from '../held-bytes.ts'
import { damage, damaged, oddJson } from '../inputs/damaged-json.ts'
import type { Subject, Target } from '../target.ts'

export const snapshots: Target = {
  name: 'snapshots',
  about: 'saves of a game that are loaded, and played on',
  async open(): Promise<Subject<string>> {
    const good = JSON.parse(await aSave())
    return {
      inputs: fc.oneof(
        { weight: 20, arbitrary: damage.map((how) => damaged(good, how)) },
        { weight: 1, arbitrary: oddJson },
      ),
      lanes: 1,
      countOf: () => 1,
      try: load,
      check: async () => {},
      heldBytes: async () => usedHeap(),
      close: async () => {},
    }
  },
}

const slot = 'slot'

/** @param faults what its slices or listeners do wrong */
function aWorld(faults: unknown[] = []) {
  const store = new WorldStateStore({
    slices: [createFactionSlice(), createMissionSlice(), createTutorialSlice()],
    clock: () => 1000,
    onError: (fault) => faults.push(fault),
  })
  const storage = createMemoryStorage()
  const game = { name: 'Fuzz', version: '1', seed: 1, missionId: null }
  return { store, storage, saves: new SaveManager({ store, storage, game, clock: () => 1000 }) }
}

type World = ReturnType<typeof aWorld>

function play({ store }: World): void {
  store.dispatch('faction:reputation_changed', { factionId: 'red', deltaFame: 3, reason: 'won' })
  store.dispatch('faction:attitude_changed', { factionId: 'red', newAttitude: 'friendly', sourceFactionId: 'blue' })
  store.dispatch('faction:member_removed', { factionId: 'blue', npcId: 7, tag: 'guard' })
  store.dispatch('mission:registered', { missionId: 'm', title: 'First', objectives: ['a', { id: 'b', target: 3 }] })
  store.dispatch('mission:started', { missionId: 'm' })
  store.dispatch('objective:progress', { missionId: 'm', objectiveId: 'b', progress: 1 })
  store.dispatch('tutorial:started', { totalSteps: 2 })
  store.dispatch('tutorial:step_started', { stepId: 's', stepIndex: 0, totalSteps: 2 })
  store.dispatch('tutorial:control_hint_updated', { controlHint: 'Press a key' })
}

async function aSave(): Promise<string> {
  const world = aWorld()
  play(world)
  await world.saves.save(slot)
  return (await world.storage.read(slot)) ?? ''
}

async function load(text: string): Promise<void> {
  const faults: unknown[] = []
  const world = aWorld(faults)
  play(world)
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
  play(world)
  await expectWorld(world)
  if (faults.length > 0) throw new Error(`A world that was loaded fails: ${JSON.stringify(faults[0])} ${faults[0]}`)
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

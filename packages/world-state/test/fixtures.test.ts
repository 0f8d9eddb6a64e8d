import { readFile } from 'node:fs/promises'
import { WorldStateStore } from '@downlink/world-state'
import { createFactionSlice, createMissionSlice, createTutorialSlice } from '@downlink/world-state/slices'
import { expect, it } from 'vitest'

/** As it was written by the first release of the slices; never to be written anew. */
const first = new URL('fixtures/world-1.json', import.meta.url)

it('loads what the first version of each slice wrote', async () => {
  const store = new WorldStateStore({ slices: [createFactionSlice(), createTutorialSlice(), createMissionSlice()] })
  expect(store.hydrate(JSON.parse(await readFile(first, 'utf8')))).toEqual({ ok: true })
  expect(store.inspect()).toMatchObject({
    factions: {
      cascadeTargets: [{ factionId: 'tide', cascadeCount: 1, sources: ['azure'] }],
      standings: [
        { factionId: 'azure', infamy: 2 },
        { factionId: 'tide', attitude: 'hostile' },
      ],
      recentMemberRemovals: [{ entityId: 'blue-1' }],
    },
    tutorial: { metrics: { completedSteps: 1 }, transcript: [{ sequence: 1 }, { sequence: 2 }, { action: 'flew' }] },
    missions: { missions: [{ missionId: 'cascade', status: 'completed', rewards: { fame: 5 } }] },
  })
})

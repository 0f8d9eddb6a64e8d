import { describe, expect, it } from 'vitest'
import { EventBus } from '../event-bus.ts'
import { WorldStateStore } from '../store/world-state-store.ts'
import { createFactionSlice } from './faction.ts'
import type { FactionLimits } from './limits.ts'

const aStore = (limits?: FactionLimits, eventBus?: EventBus) =>
  new WorldStateStore({ slices: [createFactionSlice(limits)], clock: () => 0, ...(eventBus && { eventBus }) })

type Store = ReturnType<typeof aStore>

const named = (id: string) => ({ factionId: id, factionName: `${id}`.toUpperCase() })

function changeAttitude(store: Store, id: string, newAttitude: string, source?: string, timestamp = 0) {
  store.dispatch('faction:attitude_changed', {
    ...named(id),
    oldAttitude: 'neutral',
    newAttitude,
    cascade: source !== undefined,
    ...(source !== undefined && { sourceFactionId: source, sourceFactionName: source.toUpperCase() }),
    timestamp,
  })
}

function changeReputation(store: Store, id: string, newFame: number) {
  const change = { deltaFame: newFame, deltaInfamy: 0, newFame, newInfamy: 1, reason: 'a deed', timestamp: 5 }
  store.dispatch('faction:reputation_changed', { ...named(id), ...change })
}

describe('factions', () => {
  it('keep their standing, the last change of it, and its reason', () => {
    const store = aStore()
    changeReputation(store, 'red', 3)
    changeReputation(store, 'red', 7)
    expect(store.select('faction', 'faction', 'red')).toMatchObject({
      factionName: 'RED',
      fame: 7,
      infamy: 1,
      attitude: null,
      lastChange: { deltaFame: 7, deltaInfamy: 0, reason: 'a deed', timestamp: 5 },
    })
    expect(store.select('faction', 'factions')).toHaveLength(1)
  })

  it('keep the latest 10 attitudes', () => {
    const store = aStore()
    for (let at = 0; at < 12; at++) changeAttitude(store, 'red', `attitude-${at}`)
    const faction = store.select('faction', 'faction', 'red')
    expect(faction?.attitude).toBe('attitude-11')
    expect(faction?.attitudeHistory).toHaveLength(10)
    expect(faction?.attitudeHistory[0]?.newAttitude).toBe('attitude-2')
    expect(faction?.cascadeCount).toBe(0)
  })

  it('count cascades, and know where they came from, each source once', () => {
    const store = aStore({ cascadeSources: 2 })
    for (const source of ['a', 'b', 'a', 'c']) changeAttitude(store, 'red', 'hostile', source, 9)
    expect(store.select('faction', 'faction', 'red')).toMatchObject({
      cascadeCount: 4,
      lastCascade: { sourceFactionId: 'c', newAttitude: 'hostile', timestamp: 9 },
      cascadeSources: [{ factionId: 'a' }, { factionId: 'c', factionName: 'C' }],
    })
    expect(store.getState().faction.lastCascadeEvent).toMatchObject({
      factionId: 'red',
      cascadeCount: 4,
      sources: ['a', 'c'],
    })
  })

  it('take a cascade that names no source', () => {
    const store = aStore()
    store.dispatch('faction:attitude_changed', { ...named('red'), oldAttitude: 'a', newAttitude: 'b', cascade: true })
    expect(store.inspect().factions).toMatchObject({
      cascadeTargets: [{ factionId: 'red', cascadeCount: 1, sources: [] }],
    })
  })

  it('start over with a reset, which is remembered', () => {
    const store = aStore()
    changeReputation(store, 'red', 3)
    changeAttitude(store, 'blue', 'hostile', 'red')
    store.dispatch('faction:reputation_reset', { reason: 'new game', initiatedBy: 'player', timestamp: 8 })
    const { factions, lastReset, lastCascadeEvent, counts } = store.getState().faction
    expect(factions.size).toBe(0)
    expect(lastReset).toEqual({ reason: 'new game', initiatedBy: 'player', timestamp: 8 })
    expect(lastCascadeEvent?.factionId).toBe('blue')
    expect(counts).toMatchObject({ reputationChanges: 1, cascades: 1, resets: 1 })
  })

  it('remember the latest 10 members that were removed', () => {
    const store = aStore()
    const removal = { ...named('red'), npcId: 'n', tag: 'pilot' }
    for (let at = 0; at < 12; at++) {
      store.dispatch('faction:member_removed', { ...removal, entityId: `e-${at}`, removedAt: at })
    }
    const { recentMemberRemovals } = store.getState().faction
    expect(recentMemberRemovals).toHaveLength(10)
    expect(recentMemberRemovals.at(-1)).toEqual({ ...removal, entityId: 'e-11', removedAt: 11 })
  })

  it('refuse payloads that do not say what they are about', () => {
    const eventBus = new EventBus()
    const messages: string[] = []
    eventBus.on('worldstate:error', (fault) => messages.push(String((fault as { error: unknown }).error)))
    const store = aStore({}, eventBus)
    changeReputation(store, null as never, 1)
    changeAttitude(store, 'red', undefined as never)
    store.dispatch('faction:member_removed', null as never)
    expect(messages).toEqual([
      'TypeError: Expected `payload.factionId` to be text or a number',
      'TypeError: Expected `payload.newAttitude` to be text',
      'TypeError: Expected `payload.factionId` to be text or a number',
    ])
    expect(store.getState().faction.factions.size).toBe(0)
  })
})

describe('the inspector', () => {
  it('shows cascades in the documented columns, the last one first', () => {
    const store = aStore()
    changeReputation(store, 'quiet', 1)
    changeAttitude(store, 'red', 'hostile', 'a', 1000)
    changeAttitude(store, 'blue', 'wary', 'b', 2000)
    changeAttitude(store, 'red', 'warm', 'b', 3000)
    const [table] = store.tables()
    expect(table?.columns.join()).toBe(
      'row_type,faction_id,faction_name,cascade_count,last_source_faction_id,last_source_faction_name,new_attitude,occurred_at,occurred_iso,sources',
    )
    expect(table?.rows).toEqual([
      ['last_event', 'red', 'RED', 2, 'b', 'B', 'warm', 3000, '1970-01-01T00:00:03.000Z', 'a|b'],
      ['target', 'red', 'RED', 2, 'b', 'B', 'warm', 3000, '1970-01-01T00:00:03.000Z', 'a|b'],
      ['target', 'blue', 'BLUE', 1, 'b', 'B', 'wary', 2000, '1970-01-01T00:00:02.000Z', 'b'],
    ])
  })

  it('shows standings and counts', () => {
    const store = aStore()
    changeReputation(store, 'red', 3)
    expect(store.inspect().factions).toEqual({
      lastCascadeEvent: null,
      cascadeTargets: [],
      recentMemberRemovals: [],
      lastReset: null,
      standings: [{ factionId: 'red', factionName: 'RED', fame: 3, infamy: 1, attitude: null }],
      metrics: { factions: 1, reputationChanges: 1, attitudeChanges: 0, cascades: 0, resets: 0, memberRemovals: 0 },
    })
    expect(store.tables()[0]?.rows).toEqual([])
  })
})

describe('limits', () => {
  it('are those of each store, also where a snapshot comes from one with others', () => {
    const [small, large] = [aStore({ attitudeHistory: 2, cascadeSources: 1, memberRemovals: 1 }), aStore()]
    for (const store of [small, large]) {
      for (const [at, source] of ['a', 'b', 'c'].entries()) {
        changeAttitude(store, 'red', `attitude-${at}`, source)
        store.dispatch('faction:member_removed', {
          ...named('red'),
          npcId: 'n',
          entityId: source,
          tag: 't',
          removedAt: at,
        })
      }
      changeReputation(store, 'quiet', 1)
    }
    expect(large.select('faction', 'faction', 'red')?.attitudeHistory).toHaveLength(3)
    const own = small.select('faction', 'faction', 'red')
    expect(own?.attitudeHistory).toHaveLength(2)
    expect(small.hydrate(large.snapshot())).toEqual({ ok: true })
    expect(small.select('faction', 'faction', 'red')).toEqual(own)
    expect(small.getState().faction.recentMemberRemovals).toMatchObject([{ entityId: 'c' }])
    expect(large.getState().faction.recentMemberRemovals).toHaveLength(3)
  })

  it('are whole numbers from 1 up', () => {
    expect(() => createFactionSlice({ memberRemovals: 0 })).toThrow(
      'Expected `memberRemovals` to be a whole number from 1 up, got 0',
    )
  })
})

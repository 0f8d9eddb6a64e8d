/** Reduces the events of factions: their standing with the player, and how it spreads from one to another. */

import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice } from '../slice.ts'
import { type EventOf, reducersFor } from './event-shape.ts'
import { cascadeTargets, inspectFactions } from './faction-inspection.ts'
import {
  type AttitudeChange,
  type CascadeSource,
  type Faction,
  type FactionCounts,
  type FactionEvents,
  type FactionState,
  factionEvents,
  factionState,
} from './faction-shape.ts'
import { type FactionLimits, factionDefaults, keepLatest, withLimits } from './limits.ts'
import { requireShape } from './shape.ts'

type Event<Type extends keyof typeof factionEvents> = EventOf<(typeof factionEvents)[Type]>

/** What a store can be asked about factions. */
export type FactionSelectors = {
  readonly faction: (state: FactionState, factionId: string) => Faction | undefined
  /** In the order in which they were first heard of. */
  readonly factions: (state: FactionState) => readonly Faction[]
}

export type FactionSlice = Slice<'faction', FactionState, FactionEvents, FactionSelectors>

const initial: FactionState = {
  factions: RecordMap.empty(),
  lastCascadeEvent: null,
  lastReset: null,
  recentMemberRemovals: [],
  counts: { reputationChanges: 0, attitudeChanges: 0, cascades: 0, resets: 0, memberRemovals: 0 },
}

/**
 * @throws {WorldStateError} `bad_option`
 * @example new WorldStateStore({ slices: [createFactionSlice({ attitudeHistory: 20 })] })
 */
export function createFactionSlice(options: FactionLimits = {}): FactionSlice {
  const limits = withLimits(factionDefaults, options)
  const on = reducersFor<FactionState, typeof factionEvents>(factionEvents, {
    'faction:reputation_changed': reputationChanged,
    'faction:attitude_changed': (state, event) => attitudeChanged(state, event, limits),
    'faction:reputation_reset': reputationReset,
    'faction:member_removed': (state, event) => memberRemoved(state, event, limits.memberRemovals),
  })
  return defineSlice({
    name: 'faction',
    version: 1,
    initial,
    on,
    select: {
      faction: (state, factionId: string) => state.factions.get(factionId),
      factions: (state) => state.factions.values(),
    },
    inspect: { factions: inspectFactions },
    tables: { 'cascade-targets': cascadeTargets },
    revive: (state) => revived(state, limits),
  })
}

/** A saved state within these limits, which may be others than those it was saved under. */
function revived(saved: unknown, limits: Required<FactionLimits>): FactionState {
  const state = requireShape(factionState, saved, 'state')
  let { factions } = state
  for (const [id, faction] of factions) {
    const { attitudeHistory, cascadeSources } = faction
    if (attitudeHistory.length <= limits.attitudeHistory && cascadeSources.length <= limits.cascadeSources) continue
    factions = factions.set(id, {
      ...faction,
      attitudeHistory: attitudeHistory.slice(-limits.attitudeHistory),
      cascadeSources: cascadeSources.slice(-limits.cascadeSources),
    })
  }
  return { ...state, factions, recentMemberRemovals: state.recentMemberRemovals.slice(-limits.memberRemovals) }
}

function reputationChanged(state: FactionState, event: Event<'faction:reputation_changed'>): FactionState {
  const { reason, timestamp } = event
  const before = factionOf(state, event)
  const fame = changed(before.fame, event.deltaFame, event.newFame)
  const infamy = changed(before.infamy, event.deltaInfamy, event.newInfamy)
  const lastChange = { deltaFame: fame.delta, deltaInfamy: infamy.delta, reason, timestamp }
  const faction = { ...before, fame: fame.next, infamy: infamy.next, lastChange }
  return { ...withFaction(state, faction), counts: oneMore(state.counts, 'reputationChanges') }
}

/** Of a delta and what results, one says the other. */
function changed(before: number, delta: number | null, next: number | null): { delta: number; next: number } {
  const result = next ?? before + (delta ?? 0)
  return { delta: delta ?? result - before, next: result }
}

function attitudeChanged(
  state: FactionState,
  event: Event<'faction:attitude_changed'>,
  limits: Required<FactionLimits>,
): FactionState {
  const { oldAttitude, newAttitude, cascade, sourceFactionId, sourceFactionName, timestamp } = event
  const before = factionOf(state, event)
  const change: AttitudeChange = {
    oldAttitude: oldAttitude ?? before.attitude,
    newAttitude,
    cascade: cascade ?? sourceFactionId !== null,
    sourceFactionId,
    sourceFactionName,
    timestamp,
  }
  const faction: Faction = {
    ...before,
    attitude: change.newAttitude,
    attitudeHistory: keepLatest(before.attitudeHistory, change, limits.attitudeHistory),
  }
  const counts = oneMore(state.counts, 'attitudeChanges')
  return change.cascade
    ? cascaded({ ...state, counts }, faction, change, limits.cascadeSources)
    : { ...withFaction(state, faction), counts }
}

function cascaded(state: FactionState, before: Faction, change: AttitudeChange, sourceLimit: number): FactionState {
  const cascadeSources = withSource(before.cascadeSources, change, sourceLimit)
  const cascadeCount = before.cascadeCount + 1
  const { factionId, factionName } = before
  const sources = cascadeSources.map((source) => source.factionId)
  return {
    ...withFaction(state, { ...before, lastCascade: change, cascadeCount, cascadeSources }),
    lastCascadeEvent: { factionId, factionName, cascadeCount, sources, ...change },
    counts: oneMore(state.counts, 'cascades'),
  }
}

/** O(1) whatever the number of factions: they are forgotten, not rewritten. */
function reputationReset(state: FactionState, lastReset: Event<'faction:reputation_reset'>): FactionState {
  return { ...state, factions: RecordMap.empty(), lastReset, counts: oneMore(state.counts, 'resets') }
}

function memberRemoved(state: FactionState, event: Event<'faction:member_removed'>, limit: number): FactionState {
  const { npcId, entityId, tag, removedAt, timestamp } = event
  const { factionId, factionName } = factionOf(state, event)
  const removal = { factionId, factionName, npcId, entityId, tag, removedAt: removedAt ?? timestamp }
  const recentMemberRemovals = keepLatest(state.recentMemberRemovals, removal, limit)
  return { ...state, recentMemberRemovals, counts: oneMore(state.counts, 'memberRemovals') }
}

/** As it is known, under its latest name. */
function factionOf(
  state: FactionState,
  { factionId, factionName }: { readonly factionId: string; readonly factionName: string | null },
): Faction {
  const known = state.factions.get(factionId)
  if (known) return { ...known, factionName: factionName ?? known.factionName }
  return {
    factionId,
    factionName: factionName ?? factionId,
    fame: 0,
    infamy: 0,
    attitude: null,
    lastChange: null,
    attitudeHistory: [],
    lastCascade: null,
    cascadeCount: 0,
    cascadeSources: [],
  }
}

const withFaction = (state: FactionState, faction: Faction): FactionState => ({
  ...state,
  factions: state.factions.set(faction.factionId, faction),
})

function withSource(
  sources: readonly CascadeSource[],
  { sourceFactionId, sourceFactionName }: AttitudeChange,
  limit: number,
): readonly CascadeSource[] {
  if (sourceFactionId === null) return sources
  const others = sources.filter(({ factionId }) => factionId !== sourceFactionId)
  return keepLatest(others, { factionId: sourceFactionId, factionName: sourceFactionName }, limit)
}

const oneMore = (counts: FactionCounts, name: keyof FactionCounts): FactionCounts => ({
  ...counts,
  [name]: counts[name] + 1,
})

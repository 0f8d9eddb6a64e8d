/** The slice of factions: their standing with the player, and how it spreads from one to another. */
import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice, type Stamped } from '../slice.ts'
import type { FactionEvents } from './faction-events.ts'
import * as shapes from './faction-shape.ts'
import type { AttitudeChange, CascadeSource, Faction, FactionCounts, FactionState } from './faction-state.ts'
import { cascadeTargets, inspectFactions } from './faction-view.ts'
import { keepLatest, withLimits } from './limit.ts'
import { checked, requireShape } from './shape.ts'

export interface FactionLimits {
  /** Attitude changes a faction. @default 10 */
  readonly attitudeHistory?: number
  /** Distinct sources of cascades a faction. @default 10 */
  readonly cascadeSources?: number
  /** @default 10 */
  readonly memberRemovals?: number
}

export const factionDefaults = {
  attitudeHistory: 10 as number,
  cascadeSources: 10 as number,
  memberRemovals: 10 as number,
}

/** What a store can be asked about factions. */
export type FactionSelectors = {
  readonly faction: (state: FactionState, factionId: string) => Faction | undefined
  /** In the order in which they were first heard of. */
  readonly factions: (state: FactionState) => readonly Faction[]
}

export type FactionSlice = Slice<'faction', FactionState, FactionEvents, FactionSelectors>

type AttitudePayload = Stamped<FactionEvents['faction:attitude_changed']>
type RemovalPayload = Stamped<FactionEvents['faction:member_removed']>

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
  return defineSlice({
    name: 'faction',
    version: 1,
    initial,
    on: {
      'faction:reputation_changed': checked(shapes.reputationChange, reputationChanged),
      'faction:attitude_changed': checked(shapes.attitudeChange, (state: FactionState, payload: AttitudePayload) =>
        attitudeChanged(state, payload, limits),
      ),
      'faction:reputation_reset': checked(shapes.reputationReset, reputationReset),
      'faction:member_removed': checked(shapes.memberRemoval, (state: FactionState, payload: RemovalPayload) =>
        memberRemoved(state, payload, limits.memberRemovals),
      ),
    },
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
  requireShape(shapes.factionState, saved, 'state')
  const state = saved as FactionState
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

function reputationChanged(
  state: FactionState,
  payload: Stamped<FactionEvents['faction:reputation_changed']>,
): FactionState {
  const { deltaFame, deltaInfamy, newFame, newInfamy, reason, timestamp } = payload
  const lastChange = { deltaFame, deltaInfamy, reason, timestamp }
  const faction = { ...factionOf(state, payload), fame: newFame, infamy: newInfamy, lastChange }
  return { ...withFaction(state, faction), counts: oneMore(state.counts, 'reputationChanges') }
}

function attitudeChanged(state: FactionState, payload: AttitudePayload, limits: Required<FactionLimits>): FactionState {
  const { oldAttitude, newAttitude, cascade, sourceFactionId, sourceFactionName, timestamp } = payload
  const change: AttitudeChange = {
    oldAttitude,
    newAttitude,
    cascade,
    sourceFactionId: sourceFactionId ?? null,
    sourceFactionName: sourceFactionName ?? null,
    timestamp,
  }
  const before = factionOf(state, payload)
  const faction: Faction = {
    ...before,
    attitude: newAttitude,
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
function reputationReset(
  state: FactionState,
  { reason, initiatedBy, timestamp }: Stamped<FactionEvents['faction:reputation_reset']>,
): FactionState {
  const lastReset = { reason, initiatedBy, timestamp }
  return { ...state, factions: RecordMap.empty(), lastReset, counts: oneMore(state.counts, 'resets') }
}

function memberRemoved(state: FactionState, payload: RemovalPayload, limit: number): FactionState {
  const { factionId, factionName, npcId, entityId, tag, removedAt, timestamp } = payload
  const removal = { factionId, factionName, npcId, entityId, tag, removedAt: removedAt ?? timestamp }
  const recentMemberRemovals = keepLatest(state.recentMemberRemovals, removal, limit)
  return { ...state, recentMemberRemovals, counts: oneMore(state.counts, 'memberRemovals') }
}

/** As it is known, under its latest name. */
function factionOf(
  state: FactionState,
  { factionId, factionName }: { readonly factionId: string; readonly factionName: string },
): Faction {
  const known = state.factions.get(factionId)
  if (known) return { ...known, factionName }
  return {
    factionId,
    factionName,
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

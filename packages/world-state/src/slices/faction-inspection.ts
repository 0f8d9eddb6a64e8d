/** Shows the factions to the inspector. */

import type { Cell } from '@downlink/artifacts'
import { isoTime } from '../json.ts'
import type { TableDefinition } from '../slice.ts'
import type { AttitudeChange, FactionState } from './faction-shape.ts'

/** The section `factions` of a summary. */
export interface FactionInspection
  extends Pick<FactionState, 'lastCascadeEvent' | 'lastReset' | 'recentMemberRemovals'> {
  /** Every faction that a cascade has reached. */
  readonly cascadeTargets: readonly CascadeTarget[]
  readonly standings: readonly Standing[]
  readonly metrics: FactionState['counts'] & { readonly factions: number }
}

export interface CascadeTarget {
  readonly factionId: string
  readonly factionName: string
  readonly cascadeCount: number
  readonly lastCascade: AttitudeChange | null
  /** Ids of the factions that it came from, the latest last. */
  readonly sources: readonly string[]
}

export interface Standing {
  readonly factionId: string
  readonly factionName: string
  readonly fame: number
  readonly infamy: number
  readonly attitude: string | null
}

export function inspectFactions(state: FactionState): FactionInspection {
  const { factions, lastCascadeEvent, lastReset, recentMemberRemovals, counts } = state
  const standings = factions
    .values()
    .map(({ factionId, factionName, fame, infamy, attitude }) => ({ factionId, factionName, fame, infamy, attitude }))
  return {
    lastCascadeEvent,
    cascadeTargets: targetsOf(state),
    recentMemberRemovals,
    lastReset,
    standings,
    metrics: { factions: factions.size, ...counts },
  }
}

const targetsOf = ({ factions }: FactionState): CascadeTarget[] =>
  factions
    .values()
    .filter(({ cascadeCount }) => cascadeCount > 0)
    .map(({ factionId, factionName, cascadeCount, lastCascade, cascadeSources }) => ({
      factionId,
      factionName,
      cascadeCount,
      lastCascade,
      sources: cascadeSources.map((source) => source.factionId),
    }))

/** One row for the last cascade there was, then one a faction that was reached. */
export const cascadeTargets: TableDefinition<FactionState> = {
  columns: [
    'row_type',
    'faction_id',
    'faction_name',
    'cascade_count',
    'last_source_faction_id',
    'last_source_faction_name',
    'new_attitude',
    'occurred_at',
    'occurred_iso',
    'sources',
  ],
  rows(state) {
    const { lastCascadeEvent: last } = state
    const rows = targetsOf(state).map((target) => rowOf('target', target))
    return last ? [rowOf('last_event', { ...last, lastCascade: last }), ...rows] : rows
  },
}

function rowOf(type: 'last_event' | 'target', target: CascadeTarget): Cell[] {
  const { factionId, factionName, cascadeCount, lastCascade, sources } = target
  return [
    type,
    factionId,
    factionName,
    cascadeCount,
    lastCascade?.sourceFactionId,
    lastCascade?.sourceFactionName,
    lastCascade?.newAttitude,
    lastCascade?.timestamp,
    isoTime(lastCascade?.timestamp ?? null),
    sources.join('|'),
  ]
}

/** Judges from the live counters how the database stands: up to date, behind the log, or away. */
import type { LiveCounters } from '@downlink/collector'
import { formatSpan } from '../format.ts'

export type StoreState =
  /** The counters are of another time, or not there yet. */
  | { readonly status: 'unknown' }
  | { readonly status: 'current' }
  | { readonly status: 'behind'; readonly ms: number }
  | { readonly status: 'away'; readonly wasUp: boolean }
  /** One that is shared with other collectors is not this one's to start. */
  | { readonly status: 'silent' }

/** A store that keeps up is behind by a fraction of a second. */
const behindLagMs = 5000

/** What is told of it, by a collector that has one of its own, or shares one. */
type StoreCounters = Pick<LiveCounters, 'store' | 'shared'>

/** @param isCurrent whether the counters are of now */
export function storeStateOf(counters: StoreCounters | undefined, isCurrent: boolean): StoreState {
  if (!counters || !isCurrent) return { status: 'unknown' }
  const { store, shared } = counters
  if (store && !store.isUp) return { status: 'away', wasUp: sumOf(store.restarts) > 0 }
  if (shared && !shared.isUp) return { status: 'silent' }
  const ms = store ? store.lag.ms : (shared?.lagMs ?? undefined)
  if (ms === undefined) return { status: 'unknown' }
  return ms > behindLagMs ? { status: 'behind', ms } : { status: 'current' }
}

export function stateText(state: StoreState): string {
  switch (state.status) {
    case 'unknown':
      return 'Not known'
    case 'current':
      return 'Up to date'
    case 'behind':
      return `${formatSpan(state.ms)} behind`
    case 'away':
      return state.wasUp ? 'Starting again' : 'Starting'
    case 'silent':
      return 'Does not answer'
  }
}

/** Why it was restarted, the commonest first; an unknown reason is named as it came. */
export const restartReasons = (restarts: NonNullable<LiveCounters['store']>['restarts']): string =>
  Object.entries(restarts)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reasonTexts[reason] ?? reason} ${count}`)
    .join(', ')

export const sumOf = (restarts: NonNullable<LiveCounters['store']>['restarts']): number =>
  Object.values(restarts).reduce((sum, count) => sum + count, 0)

const reasonTexts: Readonly<Record<string, string>> = {
  query_time: 'query over its time',
  memory: 'out of memory',
  hung: 'hung',
  crash: 'crashed',
  open_failed: 'could not open its data',
}

/** Judges from the live counters how the database stands: up to date, behind the log, or away. */
import type { LiveCounters } from '@downlink/collector'
import { formatSpan } from '../format.ts'

export type StoreState =
  /** The counters are of another time, or not there yet. */
  | { readonly status: 'unknown' }
  | { readonly status: 'current' }
  | { readonly status: 'behind'; readonly events: number; readonly ms: number }
  | { readonly status: 'away'; readonly wasUp: boolean }

/** A store that keeps up is behind by a fraction of a second. */
const behindLagMs = 5000

/** @param isCurrent whether the counters are of now */
export function storeStateOf(store: LiveCounters['store'] | undefined, isCurrent: boolean): StoreState {
  if (!store || !isCurrent) return { status: 'unknown' }
  if (!store.isUp) return { status: 'away', wasUp: sumOf(store.restarts) > 0 }
  const { events, ms } = store.lag
  return ms > behindLagMs ? { status: 'behind', events, ms } : { status: 'current' }
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

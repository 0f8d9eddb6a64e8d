/** Makes timelines as the collector tells them. */
import type { Ledger, TimelinePage } from '@downlink/collector'
import { EventColumns } from './event-columns.ts'

export interface TimelineEntry {
  readonly seq: number
  readonly type: string
  readonly at: number
  /** By the device's clock. @default at */
  readonly sentAt?: number
  /** @default at */
  readonly receivedAt?: number
}

const differences = (values: readonly number[]) => values.map((value, at) => value - (values[at - 1] ?? 0))

export function aPage(entries: readonly TimelineEntry[], next: number | null = null): TimelinePage {
  const types = [...new Set(entries.map(({ type }) => type))]
  return {
    types,
    errorTypes: types.flatMap((type, at) => (type.endsWith('error') ? [at] : [])),
    type: entries.map(({ type }) => types.indexOf(type)),
    seq: differences(entries.map(({ seq }) => seq)),
    correctedTimestamp: differences(entries.map(({ at }) => at)),
    timestamp: differences(entries.map(({ at, sentAt = at }) => sentAt)),
    receivedAt: differences(entries.map(({ at, receivedAt = at }) => receivedAt)),
    next,
  }
}

export function aTimeline(...pages: readonly (readonly TimelineEntry[])[]): EventColumns {
  const columns = new EventColumns()
  for (const page of pages) columns.append(aPage(page))
  return columns
}

export const aLedger = (over: Partial<Ledger> = {}): Ledger => ({
  sessionId: 's',
  delivery: 'acked',
  pushed: 100,
  stored: 100,
  expired: 0,
  forgotten: 0,
  rejected: {},
  dropped: {},
  missing: 0,
  outstanding: 0,
  ended: true,
  open: false,
  balanced: true,
  firstSeen: 0,
  lastSeen: 0,
  ...over,
})

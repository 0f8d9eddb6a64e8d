/** Shows the telemetry buffer as a store: a view, so there is one queue and one set of counters. */

import type { EventsOf, Telemetry, TelemetryEvent } from '@downlink/client'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { battleEvents } from '../engine/events.ts'

export type BattleTelemetry = Telemetry<EventsOf<typeof battleEvents>>

interface TelemetryState {
  /** Records an event; does nothing while telemetry is off. */
  readonly pushTelemetry: BattleTelemetry['push']
  /** Takes the `count` oldest. Empty while the connector runs: it alone drains then. */
  readonly drainTelemetry: (count: number) => TelemetryEvent[]
  readonly peek: (count: number) => TelemetryEvent[]
  readonly clearTelemetry: () => void
  readonly getBufferLength: () => number
  readonly maxBufferSize: number
}

export type TelemetryStore = StoreApi<TelemetryState>

export function createTelemetryStore({ push, buffer }: Pick<BattleTelemetry, 'push' | 'buffer'>): TelemetryStore {
  return createStore(() => ({
    pushTelemetry: push,
    drainTelemetry: (count) => buffer.drain(count),
    peek: (count) => buffer.peek(count),
    clearTelemetry: () => buffer.clear(),
    getBufferLength: () => buffer.length,
    maxBufferSize: buffer.capacity,
  }))
}

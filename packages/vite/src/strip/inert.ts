/** Stands in for the client, in all of its entry points, where telemetry is off: it has their names, and does nothing. */
import type { Telemetry, TelemetryOptions } from '@downlink/client'
import type { TelemetryView } from '@downlink/client/react'

const nothing = (): void => {}
const none = (): never[] => []
const unsubscribe = (): (() => void) => nothing

const stats = () => ({ pushed: 0, acked: 0, queued: 0, inFlight: 0, dropped: {}, rejected: 0 })
const status = () => ({ status: 'disabled' }) as const

const telemetry = {
  sessionId: '',
  enabled: false,
  buffer: {
    length: 0,
    capacity: 0,
    push: nothing,
    drain: none,
    peek: none,
    requeue: nothing,
    clear: nothing,
    subscribe: unsubscribe,
    stats,
  },
  push: nothing,
  start: nothing,
  stop: nothing,
  setEnabled: nothing,
  setContext: nothing,
  setLabels: nothing,
  identify: nothing,
  status,
  stats,
  recent: none,
  subscribe: unsubscribe,
  flush: async () => ({ acked: 0, remaining: 0 }),
}

type Nothing = () => void

export const createTelemetry = (_options?: TelemetryOptions): Telemetry => telemetry
export const startTelemetry = (_options?: TelemetryOptions): Telemetry => telemetry
export const telemetryDefaults: object = {}
export const attachTelemetry: () => Nothing = unsubscribe

export const TelemetryConnector = ({ children }: { readonly children?: unknown }): unknown => children
export const useTelemetry = (): Pick<TelemetryView<never>, 'status' | 'stats'> & { readonly telemetry: Telemetry } => ({
  telemetry,
  status: status(),
  stats: stats(),
})

export const byType: Nothing = nothing
export const sampled: Nothing = nothing
export const mustDeliver = 'must-deliver'
export const latestWins = 'latest-wins'

export const plain: Nothing = nothing
export const plainDefaults: object = {}
export const createSpool: Nothing = nothing
export const spoolDefaults: object = {}

export const auto: () => Nothing = unsubscribe
export const instrument: () => Nothing = unsubscribe
export const device: Nothing = nothing
export const errors: Nothing = nothing
export const frames: Nothing = nothing
export const idle: Nothing = nothing
export const loading: Nothing = nothing
export const player: Nothing = nothing
export const resetPlayer: Nothing = nothing
export const visibility: Nothing = nothing

export const attachPhaser: () => Nothing = unsubscribe

export const createWorkerTelemetry = (): Telemetry => telemetry
export const attachWorker: () => Nothing = unsubscribe

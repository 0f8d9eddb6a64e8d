/** Begins a game as a user would: typed events, five lines of telemetry. */
import { createTelemetry, type EventMap, type Telemetry } from '@downlink/client'

interface Events extends EventMap {
  readonly level_started: { readonly level: number }
  readonly paused: undefined
}

const telemetry: Telemetry<Events> = createTelemetry<Events>()
telemetry.start()
telemetry.push('level_started', { level: 3 })
telemetry.push('paused')

// @ts-expect-error the name binds the payload
telemetry.push('level_started', { level: 'three' })

const output = document.querySelector('#acked')
telemetry.subscribe(() => {
  if (output) output.textContent = String(telemetry.stats().acked)
})

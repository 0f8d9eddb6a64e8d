/** Begins a game as a user would: typed events, five lines of telemetry. */
import { createTelemetry, type Telemetry } from '@downlink/client'

interface Events {
  readonly level_started: { readonly level: number }
  readonly paused: undefined
}

const telemetry: Telemetry<Events> = createTelemetry<Events>()
telemetry.start()
telemetry.push('level_started', { level: 3 })
telemetry.push('paused')

// @ts-expect-error the name binds the payload
telemetry.push('level_started', { level: 'three' })
// @ts-expect-error there is no such name
telemetry.push('level_startet', { level: 3 })

const output = document.querySelector('#acked')
telemetry.subscribe(() => {
  if (output) output.textContent = String(telemetry.stats().acked)
})

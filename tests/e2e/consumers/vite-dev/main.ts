/** A game that says nothing of where its collector is. */
import { createTelemetry } from '@downlink/client'

const telemetry = createTelemetry<{ level_started: { level: number } }>()
telemetry.start()
telemetry.push('level_started', { level: 3 })
telemetry.subscribe(() => {
  const output = document.querySelector('#acked')
  if (output) output.textContent = String(telemetry.stats().acked)
})

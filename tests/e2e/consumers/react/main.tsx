/** The same with React, in strict mode. */
import { createTelemetry } from '@downlink/client'
import { TelemetryConnector, useTelemetry } from '@downlink/client/react'
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'

const telemetry = createTelemetry<{ readonly level_started: { readonly level: number } }>()

function Game() {
  const { stats } = useTelemetry()
  useEffect(() => {
    telemetry.push('level_started', { level: 3 })
  }, [])
  return <output id="acked">{stats.acked}</output>
}

const root = document.querySelector('#root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <TelemetryConnector telemetry={telemetry} enabled>
        <Game />
      </TelemetryConnector>
    </StrictMode>,
  )
}

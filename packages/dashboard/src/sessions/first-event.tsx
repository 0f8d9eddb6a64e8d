/** Says what to do while nothing is there: how the first event is sent. */
import type { ReactElement } from 'react'

export function FirstEvent(): ReactElement {
  const url = new URL('telemetry', document.baseURI).href
  return (
    <div className="first-event">
      <p>No session yet. Send the first event from a terminal:</p>
      <pre>
        <code>{`curl -d '[{"type":"hello"}]' \\\n  ${url}`}</code>
      </pre>
      <p>or from your game:</p>
      <pre>
        <code>
          {`const telemetry = createTelemetry({\n  url: '${url}',\n  enabled: true,\n})\n`}
          {`telemetry.start()\n`}
          {`telemetry.push('hello', { from: 'my game' })`}
        </code>
      </pre>
    </div>
  )
}

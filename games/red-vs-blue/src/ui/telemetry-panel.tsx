/** Shows telemetry at a glance: the link in words, the counters, the switch. */

import { useTelemetry } from '@downlink/client/react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Game } from '../game.ts'
import { linkWords } from './link-words.ts'

export function TelemetryPanel({ game }: { readonly game: Game }): ReactNode {
  const { status, stats } = useTelemetry(game.telemetry)
  const enabled = useStore(game.stores.ui, (ui) => ui.telemetryEnabled)
  const allowed = useStore(game.stores.ui, (ui) => ui.telemetryAllowed)
  const fps = useStore(game.stores.gameState, (state) => state.frameStats?.fps)
  const { short, long, mood } = linkWords(status, performance.now())
  const dropped = Object.values(stats.dropped).reduce((total, count) => total + count, 0)
  return (
    <section className="telemetry" aria-label="Telemetry">
      <label className="switch" title={long}>
        <input
          type="checkbox"
          role="switch"
          aria-checked={enabled}
          data-testid="telemetry-toggle"
          checked={enabled}
          disabled={!allowed}
          onChange={(event) => game.stores.ui.setState({ telemetryEnabled: event.target.checked })}
        />
        <span className="link">
          <span className="label">Telemetry</span>
          <span className={`state ${mood}`} data-testid="link-state" data-state={status.status} role="status">
            {short}
          </span>
        </span>
      </label>
      <dl>
        <Counter name="Pushed" testId="pushed" value={stats.pushed} />
        <Counter name="Acked" testId="acked" value={stats.acked} />
        <Counter name="Queued" testId="queued" value={stats.queued} />
        <Counter name="In flight" testId="in-flight" value={stats.inFlight} />
        <Counter name="Dropped" testId="dropped" value={dropped} />
        <Counter name="FPS" testId="fps" value={fps === undefined ? undefined : Math.round(fps)} />
      </dl>
      {mood === 'bad' && <p className="why">{long}</p>}
    </section>
  )
}

interface CounterProps {
  readonly name: string
  readonly testId: string
  /** Undefined while there is nothing to say. */
  readonly value: number | undefined
}

function Counter({ name, testId, value }: CounterProps): ReactNode {
  return (
    <div>
      <dt className="label">{name}</dt>
      <dd data-testid={testId}>{value ?? '–'}</dd>
    </div>
  )
}

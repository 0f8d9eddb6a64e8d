/** Starts the page: makes the telemetry and the game once, then hands them to React. */

import { createTelemetry, type EventsOf } from '@downlink/client'
import { byType, mustDeliver } from '@downlink/client/policies'
import { createSpool } from '@downlink/client/spool'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { digestBattle } from '../engine/digest.ts'
import type { battleEvents } from '../engine/events.ts'
import { createGame } from '../game.ts'
import { identity } from '../identity.ts'
import { App } from './app.tsx'
import { randomSeed, readLaunch } from './launch.ts'
import { fieldSizeFor } from './scene/camera.ts'
import './style.css'
import './mission.css'
import './inspector/inspector.css'

const url = import.meta.env.VITE_TELEMETRY_WS_URL
const telemetry = createTelemetry<EventsOf<typeof battleEvents>>({
  enabled: import.meta.env.VITE_ENABLE_TELEMETRY === 'true',
  build: `${identity.name} ${identity.version}`,
  spool: createSpool(),
  // However long a player is offline, and however many shots that is, how the rounds went is told.
  policies: byType({ round_started: mustDeliver, round_ended: mustDeliver }),
  ...(url && { url }),
})
const launch = readLaunch(location.search)
const game = createGame({
  telemetry,
  seed: launch.seed ?? randomSeed(),
  fieldSize: () => fieldSizeFor({ width: innerWidth, height: innerHeight }),
  now: () => launch.nowMs ?? Date.now(),
})
if (launch.speed !== undefined) game.stores.ui.setState({ speed: launch.speed })

declare global {
  /** For the whole-system tests and for the curious: the running game, and the battle's digest as this browser has it. */
  var redVsBlue: { readonly game: typeof game; readonly digestBattle: typeof digestBattle } | undefined
}
globalThis.redVsBlue = { game, digestBattle }

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App game={game} launch={launch} />
    </StrictMode>,
  )
}

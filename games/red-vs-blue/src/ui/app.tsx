/** The page: the battle, and the panels over it. */

import { TelemetryConnector } from '@downlink/client/react'
import type { ReactNode } from 'react'
import type { Game } from '../game.ts'
import { useGame } from '../use-game.ts'
import { Banner } from './banner.tsx'
import { Battlefield } from './battlefield.tsx'
import { Scoreboard } from './scoreboard.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { TelemetryPanel } from './telemetry-panel.tsx'
import { Toolbar } from './toolbar.tsx'

export function App({ game }: { readonly game: Game }): ReactNode {
  const controls = useGame(game)
  return (
    <TelemetryConnector telemetry={game.telemetry}>
      <Battlefield game={game} />
      <Scoreboard game={game} />
      <Banner game={game} controls={controls} />
      <SettingsPanel game={game} controls={controls} />
      <footer className="panels">
        <TelemetryPanel game={game} />
        <Toolbar game={game} controls={controls} />
      </footer>
    </TelemetryConnector>
  )
}

/** Lays out the page: the battle, and the panels over it. */

import { TelemetryConnector } from '@downlink/client/react'
import { type ReactNode, useEffect } from 'react'
import type { Game } from '../game.ts'
import { useGame } from '../use-game.ts'
import { missions } from '../world/missions.ts'
import { Banner } from './banner.tsx'
import { Battlefield } from './battlefield.tsx'
import { Inspector } from './inspector/inspector.tsx'
import type { Launch } from './launch.ts'
import { MissionHud } from './mission-hud.tsx'
import { Scoreboard } from './scoreboard.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { TelemetryPanel } from './telemetry-panel.tsx'
import { Title } from './title.tsx'
import { Toolbar } from './toolbar.tsx'

export function App({ game, launch }: { readonly game: Game; readonly launch: Launch }): ReactNode {
  const controls = useGame(game)
  useEffect(() => begin(game, launch), [game, launch])
  return (
    <TelemetryConnector telemetry={game.telemetry}>
      <Battlefield game={game} />
      <Scoreboard game={game} />
      <MissionHud game={game} />
      <Banner game={game} />
      <Title game={game} />
      <SettingsPanel game={game} controls={controls} />
      <footer className="panels">
        <TelemetryPanel game={game} />
        <Toolbar game={game} controls={controls} />
      </footer>
      <Inspector game={game} />
    </TelemetryConnector>
  )
}

/** Begins the mission that the page was called with, once: strict mode mounts everything twice. */
function begin(game: Game, { missionId, byBot }: Launch): void {
  const isKnown = missions.some(({ id }) => id === missionId)
  if (missionId === undefined || !isKnown || game.stores.gameState.getState().snapshot) return
  game.startMission({ id: missionId, byBot })
}

/** Everything that a mission shows over the battle. */

import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Game } from '../game.ts'
import { CascadeAlert } from './cascade-alert.tsx'
import { MissionEnd } from './mission-end.tsx'
import { ObjectivesPanel } from './objectives-panel.tsx'
import { PromptCard } from './prompt-card.tsx'
import { StandingsPanel } from './standings-panel.tsx'

export function MissionHud({ game }: { readonly game: Game }): ReactNode {
  const view = useStore(game.stores.world, (state) => state.view)
  const menuOpen = useStore(game.stores.ui, (ui) => ui.menuOpen)
  if (!view || menuOpen) return null
  const isByBot = game.missions.mission?.isByBot === true
  return (
    <>
      <div className="mission-panels">
        <ObjectivesPanel view={view} isByBot={isByBot} />
        <StandingsPanel standings={view.standings} />
      </div>
      <CascadeAlert cascade={view.cascade} />
      {view.outcome ? (
        <MissionEnd game={game} view={view} outcome={view.outcome} />
      ) : (
        view.prompt && (
          <PromptCard
            prompt={view.prompt}
            story={view.story}
            {...(!isByBot && { onSkip: game.missions.skipTutorial })}
          />
        )
      )}
    </>
  )
}

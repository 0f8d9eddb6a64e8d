/** Shows all of a mission over the battle. */

import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Game } from '../game.ts'
import type { Cascade } from '../world/world-view.ts'
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

/** A cascade strikes: who started it, and whom it moved. It fades by itself. */
function CascadeAlert({ cascade }: { readonly cascade: Cascade | undefined }): ReactNode {
  return (
    <div className="cascade-alert" role="status" data-testid="cascade-alert">
      {cascade && (
        // A new key plays it again.
        <div key={cascade.timeMs}>
          <p className="label">Cascade from the {cascade.source}</p>
          <ul>
            {cascade.reached.map(({ id, name, attitude }) => (
              <li key={id}>
                {name} <b className={attitude}>{attitude}</b>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

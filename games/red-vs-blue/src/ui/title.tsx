/** Shows the title screen: a free battle, or one of the missions. */

import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Game } from '../game.ts'
import { missions } from '../world/missions.ts'

export function Title({ game }: { readonly game: Game }): ReactNode {
  const hasBegun = useStore(game.stores.gameState, ({ snapshot }) => snapshot !== undefined)
  const menuOpen = useStore(game.stores.ui, (ui) => ui.menuOpen)
  if (hasBegun && !menuOpen) return null
  return (
    <main className={hasBegun ? 'title menu' : 'title'}>
      <h1>
        <span className="red">Red</span> <small>vs</small> <span className="blue">Blue</span>
      </h1>
      <p>Fifty ships. One rule: be the last fleet flying.</p>
      <button type="button" className="primary" data-testid="start" onClick={game.startBattle}>
        Start the battle
      </button>
      <ul className="missions" aria-label="Missions">
        {missions.map(({ id, title, briefing }) => (
          <li key={id}>
            <button type="button" data-testid={`mission-${id}`} onClick={() => game.startMission({ id })}>
              <strong>{title}</strong>
              <span>{briefing}</span>
            </button>
          </li>
        ))}
      </ul>
      {hasBegun ? (
        <button type="button" className="quiet" onClick={() => game.stores.ui.setState({ menuOpen: false })}>
          Back to the battle
        </button>
      ) : (
        <p className="fine">Watch, or take over any ship: tap it, or press T.</p>
      )}
    </main>
  )
}

/** Shows the score above the battle: who has how many ships, which round it is, how long it has lasted. Nothing before the first. */

import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Team } from '../engine/battle.ts'
import type { Game } from '../game.ts'

export function Scoreboard({ game }: { readonly game: Game }): ReactNode {
  const { snapshot, redCount, blueCount } = useStore(game.stores.gameState)
  if (!snapshot) return null
  const total = Math.max(1, redCount + blueCount)
  const seconds = Math.floor(snapshot.tick / game.engine.tickHz)
  return (
    <header className="scoreboard">
      <Count team="red" count={redCount} />
      <div className="round">
        <span className="label">Round</span>
        <strong data-testid="round">{snapshot.round}</strong>
        <span className="clock">{`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`}</span>
      </div>
      <Count team="blue" count={blueCount} />
      <div className="balance" aria-hidden="true">
        <i className="red" style={{ flexGrow: redCount / total }} />
        <i className="blue" style={{ flexGrow: blueCount / total }} />
      </div>
    </header>
  )
}

function Count({ team, count }: { readonly team: Team; readonly count: number }): ReactNode {
  return (
    <div className={`count ${team}`}>
      <span className="label">{team}</span>
      <strong data-testid={`${team}-count`}>{count}</strong>
    </div>
  )
}

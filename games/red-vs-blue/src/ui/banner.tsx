/** Shows the big words: round, winner, and what the player's hands can do. */

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Game } from '../game.ts'

export function Banner({ game }: { readonly game: Game }): ReactNode {
  const snapshot = useStore(game.stores.gameState, (state) => state.snapshot)
  const { running, menuOpen } = useStore(game.stores.ui)
  const view = useStore(game.stores.world, (state) => state.view)
  if (!snapshot || menuOpen || view?.outcome) return null
  const { phase, round } = snapshot
  return (
    <>
      <div className="banner" role="status">
        {!running && <h2>Paused</h2>}
        {/* A mission goes on over several rounds, and has words of its own. */}
        {running && !view && phase.status === 'fighting' && (
          <h2 key={round} className="round-banner">
            Round {round}
          </h2>
        )}
        {running && !view && phase.status === 'over' && <Winner game={game} winner={phase.winner} />}
      </div>
      {!view?.prompt && <PilotHint pilotedId={snapshot.pilotedId} />}
    </>
  )
}

function Winner({ game, winner }: { readonly game: Game; readonly winner: 'red' | 'blue' | 'draw' }): ReactNode {
  const { redCount, blueCount } = useStore(game.stores.gameState)
  if (winner === 'draw') return <h2 className="victory">A draw</h2>
  const left = winner === 'red' ? redCount : blueCount
  return (
    <div className={`victory ${winner}`}>
      <h2>{winner} wins</h2>
      <p>{left === 1 ? 'One ship left' : `${left} ships left`}</p>
    </div>
  )
}

const hintMs = 5000

/** Says how to fly when a ship was taken, and for a while that it was lost. */
function PilotHint({ pilotedId }: { readonly pilotedId: string | undefined }): ReactNode {
  const [isLost, setLost] = useState(false)
  const before = useRef<string>(undefined)
  useEffect(() => {
    const lost = before.current !== undefined && pilotedId === undefined
    before.current = pilotedId
    setLost(lost)
    if (!lost) return undefined
    const timer = setTimeout(() => setLost(false), hintMs)
    return () => clearTimeout(timer)
  }, [pilotedId])

  if (pilotedId) {
    return (
      <p className="hint">
        <span className="by-keys">You fly {pilotedId}: arrows or WASD, Space fires, Esc lets go</span>
        <span className="by-touch">You fly {pilotedId}: touch where it should go</span>
      </p>
    )
  }
  if (!isLost) return null
  return (
    <p className="hint">
      <span className="by-keys">Out of your hands: T, or a click on a ship, takes another</span>
      <span className="by-touch">Out of your hands: tap a ship to take another</span>
    </p>
  )
}

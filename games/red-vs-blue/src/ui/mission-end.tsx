/** Shows how the mission has ended, and what to play next. */

import type { ReactNode } from 'react'
import type { Game } from '../game.ts'
import { missions } from '../world/missions.ts'
import type { Outcome, WorldView } from '../world/world-view.ts'

interface MissionEndProps {
  readonly game: Game
  readonly view: WorldView
  readonly outcome: Outcome
}

export function MissionEnd({ game, view, outcome }: MissionEndProps): ReactNode {
  const isWon = outcome.status === 'completed'
  const next = missions.find(({ id }) => id !== view.missionId)
  return (
    <section
      className={`mission-end glass ${outcome.status}`}
      aria-labelledby="mission-end"
      data-testid="mission-end"
      data-outcome={outcome.status}
    >
      <p className="label">{view.title}</p>
      <h2 id="mission-end" role="status">
        {isWon ? 'Mission complete' : 'Mission failed'}
      </h2>
      {isWon ? (
        <ul className="rewards" aria-label="Rewards">
          {outcome.rewards.map((reward) => (
            <li key={reward}>{reward}</li>
          ))}
        </ul>
      ) : (
        <p>{outcome.reason}</p>
      )}
      {isWon && view.story && <p className="story">{view.story}</p>}
      <div className="choices">
        {isWon && next && (
          <button type="button" className="primary" onClick={() => game.startMission({ id: next.id })}>
            {next.title}
          </button>
        )}
        <button type="button" className={isWon ? 'quiet' : 'primary'} data-testid="play-again" onClick={game.reset}>
          Play again
        </button>
        <button type="button" className="quiet" data-testid="free-battle" onClick={game.startBattle}>
          Free battle
        </button>
      </div>
    </section>
  )
}

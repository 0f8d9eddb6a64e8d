/** Shows what each faction thinks of the player; whoever has just changed their mind glows. */

import type { CSSProperties, ReactNode } from 'react'
import { scoreOf } from '../world/standing.ts'
import type { FactionStanding } from '../world/world-view.ts'
import { FactionMark } from './icon.tsx'

/** The scale's ends, in fame less infamy. */
const farthest = 60

export function StandingsPanel({ standings }: { readonly standings: readonly FactionStanding[] }): ReactNode {
  return (
    <section className="standings glass" aria-label="Standings" data-testid="standings">
      <h3>Standings</h3>
      <ul>
        {standings.map((standing) => (
          <StandingRow key={standing.id} standing={standing} />
        ))}
      </ul>
    </section>
  )
}

function StandingRow({ standing }: { readonly standing: FactionStanding }): ReactNode {
  const { id, name, team, character, fame, infamy, attitude, turn } = standing
  const share = Math.max(-1, Math.min(1, scoreOf(standing) / farthest))
  const mood = turn ? (turn.isWorse ? 'worse' : 'better') : ''
  return (
    // A new key starts the glow again.
    <li
      key={turn?.timeMs}
      className={`${team} ${attitude} ${mood} ${turn?.source ? 'cascaded' : ''}`}
      title={character}
      data-testid={`standing-${id}`}
      data-attitude={attitude}
    >
      <FactionMark id={id} />
      <span className="name">{name}</span>
      <strong>{attitude}</strong>
      <span className="scale" aria-hidden="true" style={{ '--share': share } as CSSProperties} />
      <small>
        fame {fame} · infamy {infamy}
        {turn?.source && (
          <em>
            {' '}
            · {turn.isWorse ? 'stands with' : 'at odds with'} the {turn.source}
          </em>
        )}
      </small>
    </li>
  )
}

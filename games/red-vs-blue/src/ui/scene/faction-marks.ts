/** Draws the marks of the factions: a shape for who they are, a colour for what they think of the player. */

import type { BattleView } from '../../engine/battle.ts'
import type { FactionId } from '../../world/factions.ts'
import type { Attitude } from '../../world/standing.ts'

/** SVG paths around the middle, within a square from −5 to 5. */
export const factionMarks: Readonly<Record<FactionId, string>> = {
  'azure-league': 'M0-4.6L4.6 0 0 4.6-4.6 0z',
  'tide-wardens': 'M-4.6-3.4H4.6L0 4.4z',
  'glass-choir': 'M0-4.2A4.2 4.2 0 1 1 0 4.2 4.2 4.2 0 1 1 0-4.2z',
  'ember-pact': 'M-3.8-3.8H3.8V3.8H-3.8z',
  'rust-corsairs': 'M-4.4-2.2L-2.2-4.4 0-2.2 2.2-4.4 4.4-2.2 2.2 0 4.4 2.2 2.2 4.4 0 2.2-2.2 4.4-4.4 2.2-2.2 0z',
}

const attitudeColours: Readonly<Record<Attitude, string>> = {
  hostile: 'rgb(255 70 60)',
  wary: 'rgb(255 176 66)',
  neutral: 'rgb(176 190 222)',
  friendly: 'rgb(126 240 170)',
  allied: 'rgb(90 255 220)',
}

/** How a mission's ships are told apart. */
export interface FactionSigns {
  readonly factionOf: (shipId: string) => FactionId
  readonly attitudeOf: (faction: FactionId) => Attitude
}

export type MarkPainter = (context: CanvasRenderingContext2D, battle: BattleView, alpha: number) => void

/** Field pixels from a ship's middle up to its mark. */
const height = 25

/** @param signs undefined in a free battle */
export function createMarkPainter(signs: () => FactionSigns | undefined): MarkPainter {
  const shapes = new Map(Object.entries(factionMarks).map(([id, path]) => [id, new Path2D(path)]))
  return (context, { ships, pilotedId }, alpha) => {
    const { factionOf, attitudeOf } = signs() ?? {}
    if (!factionOf || !attitudeOf) return
    context.lineWidth = 1.5
    for (const { id, x, y, previousX, previousY } of ships) {
      // The piloted ship has a mark of its own.
      if (id === pilotedId) continue
      const faction = factionOf(id)
      const shape = shapes.get(faction)
      if (!shape) continue
      const [left, top] = [previousX + (x - previousX) * alpha, previousY + (y - previousY) * alpha - height]
      context.translate(left, top)
      context.strokeStyle = attitudeColours[attitudeOf(faction)]
      context.stroke(shape)
      context.translate(-left, -top)
    }
  }
}

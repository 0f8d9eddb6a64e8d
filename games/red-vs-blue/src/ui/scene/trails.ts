/** Draws the glowing lines that ships leave behind. */

import type { ShipView, Team } from '../../engine/battle.ts'
import { css, teamColours } from './palette.ts'

export interface Trails {
  /** Notes where the ships are, and when; once a frame is enough. */
  note(ships: readonly ShipView[], tick: number): void
  /** Draws in field coordinates. */
  draw(context: CanvasRenderingContext2D): void
}

interface Trail {
  readonly team: Team
  /** x and y in turn, newest first. */
  readonly points: number[]
}

/** In ticks: a battle at many times its speed leaves no longer trails, only coarser ones. */
const lifetime = 32
const gap = 2

export function createTrails(): Trails {
  let trails = new Map<string, Trail>()
  /** When the points were noted, newest first. */
  let ticks: readonly number[] = []

  return {
    note(ships, tick) {
      const [last = Number.NEGATIVE_INFINITY] = ticks
      if (tick >= last && tick - last < gap) return
      // A round counts its ticks from 0.
      ticks = [tick, ...ticks.filter((noted) => noted <= tick && tick - noted < lifetime)]
      // Built anew from the living, so that what is gone leaves nothing behind.
      const next = new Map<string, Trail>()
      for (const { id, team, x, y, angle } of ships) {
        const trail = trails.get(id) ?? { team, points: [] }
        trail.points.unshift(x - Math.cos(angle) * 9, y - Math.sin(angle) * 9)
        trail.points.length = Math.min(trail.points.length, ticks.length * 2)
        next.set(id, trail)
      }
      trails = next
    },
    draw(context) {
      context.globalCompositeOperation = 'lighter'
      // Round ends would shine twice where two pieces meet.
      context.lineCap = 'butt'
      // One path for all pieces of a team and an age: a few dozen strokes instead of a thousand.
      for (const team of ['red', 'blue'] as const) {
        for (const [piece, noted] of ticks.slice(0, -1).entries()) {
          const left = 1 - ((ticks[0] ?? noted) - noted) / lifetime
          context.strokeStyle = css(teamColours[team].hull, 0.42 * left * left)
          context.lineWidth = 0.6 + 3.6 * left
          context.beginPath()
          for (const trail of trails.values()) if (trail.team === team) tracePiece(context, trail.points, piece)
          context.stroke()
        }
      }
      context.globalCompositeOperation = 'source-over'
    },
  }
}

function tracePiece(context: CanvasRenderingContext2D, points: readonly number[], piece: number): void {
  const [fromX, fromY, toX, toY] = points.slice(piece * 2, piece * 2 + 4)
  if (fromX === undefined || fromY === undefined || toX === undefined || toY === undefined) return
  context.moveTo(fromX, fromY)
  context.lineTo(toX, toY)
}

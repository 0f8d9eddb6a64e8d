/** How the page was called: `?mission=cascade&seed=7&bot=1&now=2026-01-01T00:00:00Z&speed=8`. */

import { battleRanges } from '../engine/config.ts'

export interface Launch {
  /** Begin with this mission instead of the title. */
  readonly missionId: string | undefined
  readonly seed: number | undefined
  /** Let the bot fly. */
  readonly byBot: boolean
  /** Milliseconds since 1970 at which missions begin, instead of the present. */
  readonly nowMs: number | undefined
  /** Times real speed, 0.25 to 64. */
  readonly speed: number | undefined
}

const speeds = { least: 0.25, most: 64 }

/** What can't be read counts as not given. */
export function readLaunch(query: string): Launch {
  const asked = new URLSearchParams(query)
  const { least, most } = battleRanges.seed
  const seed = numberIn(asked.get('seed'), least, most)
  const nowMs = Date.parse(asked.get('now') ?? '')
  return {
    missionId: asked.get('mission') ?? undefined,
    seed: Number.isInteger(seed) ? seed : undefined,
    byBot: asked.get('bot') === '1',
    nowMs: Number.isNaN(nowMs) ? undefined : nowMs,
    speed: numberIn(asked.get('speed'), speeds.least, speeds.most),
  }
}

function numberIn(text: string | null, least: number, most: number): number | undefined {
  const value = text ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

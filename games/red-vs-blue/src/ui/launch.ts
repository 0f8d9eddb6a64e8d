/** Reads how the page was called: `?mission=cascade&seed=7&bot=1&now=2026-01-01T00:00:00Z&speed=8`. */

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

const speeds = { min: 0.25, max: 64 }

/** What can't be read counts as not given. */
export function readLaunch(query: string): Launch {
  const asked = new URLSearchParams(query)
  const { min, max } = battleRanges.seed
  const seed = numberIn(asked.get('seed'), min, max)
  const nowMs = Date.parse(asked.get('now') ?? '')
  return {
    missionId: asked.get('mission') ?? undefined,
    seed: Number.isInteger(seed) ? seed : undefined,
    byBot: asked.get('bot') === '1',
    nowMs: Number.isNaN(nowMs) ? undefined : nowMs,
    speed: numberIn(asked.get('speed'), speeds.min, speeds.max),
  }
}

function numberIn(text: string | null, min: number, max: number): number | undefined {
  const value = text ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : undefined
}

/** A seed that nobody chose. The engine itself never rolls dice that it was not given. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

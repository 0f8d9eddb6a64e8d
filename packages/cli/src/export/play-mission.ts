/** Plays a mission as fast as it goes, in bursts, so that signals and the status line get their share. */
import type { HeadlessMission } from '../game-module.ts'
import type { StatusLine } from '../status-line.ts'

export type PlayEnd = { readonly ticks: number } & (
  | { readonly kind: 'finished' | 'ticks' | 'interrupted' }
  /** The mission goes on after more ticks than a mission may take. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'threw'; readonly error: unknown }
)

export interface PlayOptions {
  /** @default until the mission has finished, or `maxTicks` */
  readonly ticks: number | undefined
  readonly maxTicks: number
  readonly signal: AbortSignal
  readonly status: StatusLine
}

const burstMs = 50
/** Looking at the clock costs more than a tick of a small game. */
const ticksPerLook = 64

/** Never rejects: what a game throws in the middle is its end, and what it has come to is still worth an export. */
export async function playMission(mission: HeadlessMission, options: PlayOptions): Promise<PlayEnd> {
  const { ticks = options.maxTicks, signal, status } = options
  let played = 0
  try {
    while (!mission.finished && played < ticks && !signal.aborted) {
      const burstEndsMs = performance.now() + burstMs
      do {
        const lookAt = Math.min(played + ticksPerLook, ticks)
        for (; played < lookAt && !mission.finished; played += 1) mission.step()
      } while (!mission.finished && played < ticks && performance.now() < burstEndsMs)
      status.show(playedText(played, mission.tickHz))
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (mission.finished) return { kind: 'finished', ticks: played }
  } catch (error) {
    return { kind: 'threw', ticks: played, error }
  }
  if (signal.aborted) return { kind: 'interrupted', ticks: played }
  return { kind: options.ticks === undefined ? 'endless' : 'ticks', ticks: played }
}

/** `played 1:05 of the game's time, 3,900 ticks` */
export function playedText(ticks: number, tickHz: number): string {
  const seconds = Math.floor(ticks / tickHz)
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  return `played ${clock} of the game's time, ${ticks.toLocaleString('en')} ticks`
}

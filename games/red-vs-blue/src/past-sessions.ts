/** Plays sessions that stand for the days before, so that a demo has something to compare: bots alone, in two builds. */

import type { BattleConfig } from './engine/config.ts'
import { createFrameMeter } from './frame-stats.ts'
import { createHeadlessMission } from './headless-mission.ts'
import { identity } from './identity.ts'

export interface PastSession {
  readonly build: string
  readonly labels: Readonly<Record<string, string>>
  /** By how much the player's clock is ahead of the right time. */
  readonly clockAheadMs: number
  /** Plays it, a tick at each step, and gives the events of that tick. */
  play(): Generator<readonly PastEvent[]>
}

export interface PastEvent {
  readonly type: string
  /** By the player's clock, in ms since 1970. */
  readonly timestamp: number
  readonly data: unknown
}

interface Build {
  readonly name: string
  readonly battle: Partial<Pick<BattleConfig, 'bulletDamage'>>
  /** It told also when a player switched telemetry off, which the definitions of today refuse. */
  readonly tellsOff: boolean
}

const current: Build = { name: `${identity.name} ${identity.version}`, battle: {}, tellsOff: false }
/** In it one hit was the end of a ship, and more missions failed. */
const former: Build = { name: `${identity.name} 0.0.9`, battle: { bulletDamage: 30 }, tellsOff: true }

interface Sitting {
  readonly player: string
  readonly daysAgo: number
  readonly build: Build
  readonly missionId: 'tutorial' | 'cascade'
  /** The player leaves then, unless the mission is over before. */
  readonly leavesAtTick?: number
}

const sittings: readonly Sitting[] = [
  { player: 'ada', daysAgo: 6, build: former, missionId: 'tutorial' },
  { player: 'bo', daysAgo: 6, build: former, missionId: 'tutorial' },
  { player: 'cy', daysAgo: 6, build: former, missionId: 'tutorial', leavesAtTick: 240 },
  { player: 'ada', daysAgo: 5, build: former, missionId: 'cascade' },
  { player: 'bo', daysAgo: 5, build: former, missionId: 'cascade' },
  { player: 'dee', daysAgo: 5, build: former, missionId: 'tutorial' },
  { player: 'ada', daysAgo: 4, build: former, missionId: 'cascade' },
  { player: 'dee', daysAgo: 4, build: former, missionId: 'cascade', leavesAtTick: 600 },
  { player: 'bo', daysAgo: 3, build: former, missionId: 'cascade' },
  { player: 'eli', daysAgo: 3, build: current, missionId: 'tutorial' },
  { player: 'ada', daysAgo: 2, build: current, missionId: 'cascade' },
  { player: 'dee', daysAgo: 2, build: current, missionId: 'cascade' },
  { player: 'fay', daysAgo: 2, build: current, missionId: 'tutorial', leavesAtTick: 180 },
  { player: 'eli', daysAgo: 1, build: current, missionId: 'cascade' },
  { player: 'ada', daysAgo: 1, build: current, missionId: 'cascade' },
  { player: 'bo', daysAgo: 1, build: current, missionId: 'cascade', leavesAtTick: 900 },
]

/** Players whose clocks are wrong. */
const clocksAheadMs: Readonly<Record<string, number>> = { bo: 7_200_000, dee: -95_000 }

const dayMs = 86_400_000
/** Bots draw nothing: a frame of theirs is the computing alone, and a second of it would be the whole mission. */
const meterPeriodMs = 50

/** @param now in ms since 1970 */
export const pastSessions = (now: number): readonly PastSession[] =>
  sittings.map((sitting, at) => {
    const { player, daysAgo, build } = sitting
    const clockAheadMs = clocksAheadMs[player] ?? 0
    return {
      build: build.name,
      labels: { player, gpu: 'none, drawn by nobody', made_up: 'for the demo' },
      clockAheadMs,
      // No two at the same time of day.
      play: () => play(sitting, at + 1, now - daysAgo * dayMs - at * 600_000 + clockAheadMs),
    }
  })

function* play(sitting: Sitting, seed: number, startedAtMs: number): Generator<readonly PastEvent[]> {
  const { missionId, build, leavesAtTick = Number.POSITIVE_INFINITY } = sitting
  let tick = 0
  let events: PastEvent[] = []
  const push = (type: string, data: unknown): void => {
    events.push({ type, data, timestamp: Math.round(startedAtMs + (tick * 1000) / mission.tickHz) })
  }
  const mission = createHeadlessMission({ missionId, seed, now: startedAtMs, battle: build.battle, push })
  const meter = createFrameMeter(meterPeriodMs)
  for (; !mission.finished && tick < leavesAtTick; tick += 1) {
    const beganAtMs = performance.now()
    mission.step()
    const frameStats = meter.add(performance.now() - beganAtMs)
    if (frameStats) push('frame_stats', { ...frameStats, entities: mission.entities })
    yield events
    events = []
  }
  if (!mission.finished && build.tellsOff) push('telemetry_toggled', { enabled: false })
  yield events
}

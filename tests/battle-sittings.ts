/** Plays a few sessions of the demo's battle: two builds, three players, wrong clocks, slow frames, a failure, and what is rejected. */
import { createBattle } from '@downlink/red-vs-blue'
import { playSession, type SentEvent } from './e2e/fixtures/players.ts'

export interface Sitting {
  readonly player: string
  readonly gpu?: string
  readonly build: string
  readonly from: string
  readonly seed: number
  readonly fails?: boolean
  /** By how much the device's clock is wrong. */
  readonly clockMs?: number
}

export const sittings: readonly Sitting[] = [
  { player: 'ada', gpu: 'integrated', build: '0.1.0', from: '2026-01-05T10:00:00Z', seed: 1, fails: true },
  { player: 'ada', gpu: 'integrated', build: '0.2.0', from: '2026-01-06T10:00:00Z', seed: 2, clockMs: -90_000 },
  { player: 'bo', gpu: 'discrete', build: '0.2.0', from: '2026-01-06T11:00:00Z', seed: 3 },
  { player: "o'hara", build: '0.2.0', from: '2026-01-07T09:00:00Z', seed: 4, clockMs: 7_200_000 },
]

const ticks = 2400

/** Resolves once all of it is committed. */
export async function sendSitting(url: string, sitting: Sitting): Promise<void> {
  const { player, gpu, build, clockMs = 0 } = sitting
  const labels = { player, ...(gpu && { gpu }) }
  await playSession(url, { build, labels, events: eventsOf(sitting), now: Date.now() + clockMs, end: false })
}

/** What bots play, and what a page adds to it. */
function eventsOf({ from, seed, fails = false, clockMs = 0 }: Sitting): readonly SentEvent[] {
  const events: SentEvent[] = []
  let tick = 0
  const push = (type: string, data: unknown) =>
    events.push({ type, data, timestamp: Date.parse(from) + clockMs + Math.floor((tick * 1000) / 60) })
  const battle = createBattle({ seed, push })
  for (; tick < ticks; tick++) {
    battle.step()
    if (tick % 60 !== 0) continue
    const worstMs = 30 + ((tick * seed) % 70)
    push('frame_stats', { fps: 60, p50Ms: 16, p95Ms: 18 + seed, p99Ms: 25, worstMs, entities: 50 })
  }
  if (fails) push('mission_failed', { missionId: 'tutorial', reason: 'lost', timestamp: 0 })
  push('frame_stats', { fps: 'fast' })
  return events
}

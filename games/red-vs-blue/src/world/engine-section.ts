/** Writes the section `engine` of the inspector summary: the battle at a glance. */

import type { BattleView } from '../engine/battle.ts'

/** @param missionTick ticks since the mission began; null in a free battle */
export function describeBattle(battle: BattleView, missionTick: number | null): object {
  const { round, tick, seed, phase, alive, ships, bullets, pilotedId, config } = battle
  const { enableTelemetry: _, seed: __, ...rules } = config
  return {
    missionTick,
    round,
    roundTick: tick,
    roundSeed: seed,
    phase: phase.status,
    alive: { ...alive },
    ships: ships.length,
    bullets: bullets.length,
    pilotedId: pilotedId ?? null,
    config: rules,
  }
}

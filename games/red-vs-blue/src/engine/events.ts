/** Defines every telemetry event of the game, once: its type for `push`, its schema for the collector, its SQL columns. */

import { defineEvents, type EventsOf } from '@downlink/protocol'
import { z } from 'zod'
import { battleRanges, type Range } from './config.ts'
import { missionEventSchemas } from './mission-events.ts'

const team = z.enum(['red', 'blue'])
const shipId = z.string().regex(/^(red|blue)-\d+-\d+$/)
const bulletId = z.string().regex(/^bullet-\d+-\d+$/)
const count = z.int().min(0)
const within = ({ min, max, whole = false }: Range) => (whole ? z.int() : z.number()).min(min).max(max)

// A place is rounded to a hundredth of a pixel; a ship that dies at the edge may lie just beyond it.
const place = { x: z.number().min(-100).max(8000), y: z.number().min(-100).max(8000) }
const milliseconds = z.number().min(0)

const config = z.object({
  canvasWidth: within(battleRanges.canvasWidth),
  canvasHeight: within(battleRanges.canvasHeight),
  shipSpeed: within(battleRanges.shipSpeed),
  bulletSpeed: within(battleRanges.bulletSpeed),
  bulletDamage: within(battleRanges.bulletDamage),
  shipMaxHealth: within(battleRanges.shipMaxHealth),
  shipsPerTeam: within(battleRanges.shipsPerTeam),
  tickHz: within(battleRanges.tickHz),
  enableTelemetry: z.boolean(),
})

/**
 * Import its *type* in the page: the schemas then cost the bundle nothing.
 *
 * @example createTelemetry<EventsOf<typeof battleEvents>>().push('telemetry_toggled', { enabled: true })
 */
export const battleEvents = defineEvents({
  round_started: z.object({ round: count.min(1), seed: within(battleRanges.seed), config }),
  ship_spawned: z.object({ shipId, team, ...place }),
  bullet_fired: z.object({ bulletId, shipId, team, ...place, angle: z.number().min(-3.15).max(3.15) }),
  bullet_hit: z.object({
    bulletId,
    shipId,
    ownerId: shipId,
    damage: z.number().min(0),
    health: z.number().min(0),
    ...place,
  }),
  ship_destroyed: z.object({ shipId, team, killerId: shipId, ...place, lifetimeTicks: count }),
  round_ended: z.object({
    round: count.min(1),
    winner: z.enum(['red', 'blue', 'draw']),
    red: count,
    blue: count,
    ticks: count,
  }),
  frame_stats: z.object({
    fps: z.number().min(0),
    p50Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
    worstMs: milliseconds,
    entities: count,
  }),
  player_input: z.object({
    shipId,
    tick: count,
    turn: z.number().min(-1).max(1),
    thrust: z.number().min(0).max(1),
    fire: z.boolean(),
  }),
  telemetry_toggled: z.object({ enabled: z.literal(true) }),
  ...missionEventSchemas,
})

/** Payloads by event type. */
export type BattleEvents = EventsOf<typeof battleEvents>

/** An event as the engine emits it: its type decides its data. */
export type BattleEvent = {
  [Type in keyof BattleEvents]: { readonly type: Type; readonly data: BattleEvents[Type] }
}[keyof BattleEvents]

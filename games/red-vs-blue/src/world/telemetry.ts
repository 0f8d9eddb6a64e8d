/** The world's events on the live path, by one mapping: `faction:attitude_changed` becomes `faction_attitude_changed`. */

import type { EventBus } from '@downlink/world-state'
import type { Report } from '../engine/battle.ts'
import type { BattleEvents } from '../engine/events.ts'
import type { WorldEvents } from './world-events.ts'

type TelemetryType<Name extends keyof WorldEvents> = Name extends `${infer Kind}:${infer Event}`
  ? `${Kind}_${Event}`
  : never

/** Each event that missions tell has a definition in the engine's `mission-events.ts`, or this does not compile. */
type MissionTelemetryType = { [Name in keyof WorldEvents]: TelemetryType<Name> }[keyof WorldEvents] & keyof BattleEvents

/** What missions tell, and nothing of what the store and the export tell of themselves. */
const kinds = ['faction:*', 'tutorial:*', 'mission:*', 'objective:*'] as const

/**
 * Pushes whatever missions tell.
 *
 * @returns how to stop
 */
export function pushWorldEvents(eventBus: EventBus<WorldEvents>, push: Report): () => void {
  const undo = kinds.map((kind) =>
    eventBus.on(kind, (payload, name) => push(telemetryType(name), payload as BattleEvents[MissionTelemetryType])),
  )
  return () => {
    for (const off of undo) off()
  }
}

const telemetryType = (name: string): MissionTelemetryType => name.replace(':', '_') as MissionTelemetryType

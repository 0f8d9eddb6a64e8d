/** Names the events of the world, emits them, and pushes them on the live path, where `faction:attitude_changed` becomes `faction_attitude_changed`. */

import type { EventBus } from '@downlink/world-state'
import type { FactionEvents, MissionEvents, TutorialEvents } from '@downlink/world-state/slices'
import type { Report } from '../engine/battle.ts'
import type { BattleEvents } from '../engine/events.ts'

/** Payloads by name. The slices take more than this game says: of a change it says all, and every id is text. */
export type WorldEvents = FactionEvents & ChangeEvents & TutorialEvents & MissionEvents

type ChangeEvents = {
  'faction:reputation_changed': { factionId: string; newFame: number; newInfamy: number }
  'faction:attitude_changed': { factionId: string; newAttitude: string; sourceFactionId?: string }
}

export type WorldEvent = {
  readonly [Name in keyof WorldEvents]: { readonly name: Name; readonly payload: WorldEvents[Name] }
}[keyof WorldEvents]

/** Sends an event on, and says when it happened. */
export type Emit = <Name extends keyof WorldEvents>(name: Name, payload: WorldEvents[Name]) => void

/** An event's name and payload belong together, but a loop over events can't show it to the compiler. */
export const emitEvent = (emit: Emit, { name, payload }: WorldEvent): void => emit(name, payload as never)

type TelemetryType<Name extends keyof WorldEvents> = Name extends `${infer Kind}:${infer Event}`
  ? `${Kind}_${Event}`
  : never

/** Each event that missions tell has a definition in the engine's `mission-events.ts`, or this does not compile. */
type MissionTelemetryType = { [Name in keyof WorldEvents]: TelemetryType<Name> }[keyof WorldEvents] & keyof BattleEvents

/** What missions emit, and nothing of what the store and the export tell of themselves. */
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

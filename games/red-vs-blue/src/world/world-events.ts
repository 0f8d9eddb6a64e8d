/** What missions tell the world: the events of the slices, by name, and one of them as a value. */

import type { FactionEvents, MissionEvents, TutorialEvents } from '@downlink/world-state/slices'

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
export type Tell = <Name extends keyof WorldEvents>(name: Name, payload: WorldEvents[Name]) => void

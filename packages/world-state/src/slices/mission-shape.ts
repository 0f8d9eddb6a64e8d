/** Describes how missions go, and what is known of them: events, state, and what a save may hold. */
import type { Json } from '../json.ts'
import type { Warn } from '../slice.ts'
import * as event from './event-shape.ts'
import { type Id, type Maybe, PayloadFields } from './payload.ts'
import { anything, nullable, number, object, oneOf, records, text, type ValueOf } from './shape.ts'

const objective = object({
  objectiveId: text,
  title: text,
  status: oneOf('pending', 'active', 'completed', 'blocked'),
  progress: number,
  target: number,
  /** Why it is blocked. */
  reason: nullable(text),
})

export type Objective = ValueOf<typeof objective>
export type ObjectiveStatus = Objective['status']

const mission = object({
  missionId: text,
  title: text,
  status: oneOf('registered', 'active', 'completed', 'failed'),
  /** By objective id, in their order. */
  objectives: records(objective),
  startedAt: nullable(number),
  endedAt: nullable(number),
  /** Why it failed. */
  reason: nullable(text),
  rewards: anything,
})

export type Mission = ValueOf<typeof mission>
export type MissionStatus = Mission['status']

export const missionState = object({
  /** In the order of registration. */
  missions: records(mission),
  /** The mission that was started last, until it ends. */
  activeMissionId: nullable(text),
})

export type MissionState = ValueOf<typeof missionState>

/** An id alone, or what there is to say of it. */
export type ObjectiveDefinition =
  | Id
  | (({ readonly objectiveId: Id } | { readonly id: Id }) & {
      readonly title?: Maybe<string>
      /** Its title, where it has none. */
      readonly description?: Maybe<string>
      /** @default 1 */
      readonly target?: Maybe<number>
    })

export const newObjective = (objectiveId: string): Objective => ({
  objectiveId,
  title: objectiveId,
  status: 'pending',
  progress: 0,
  target: 1,
  reason: null,
})

/** An id alone, or an object. */
function readObjective(item: Json, path: string, warn: Warn): Objective {
  if (typeof item === 'string' || typeof item === 'number') return newObjective(`${item}`)
  const fields = new PayloadFields(item, warn, path)
  const objective = newObjective(fields.id('objectiveId', 'id'))
  const title = fields.text('title', 'description') ?? objective.title
  return { ...objective, title, target: fields.number('target') ?? objective.target }
}

const ofMission = { missionId: event.aliasedId('questId') }
const ofObjective = { ...ofMission, objectiveId: event.id }

/** Only what an event is about must be there; titles fall back to ids. */
export const missionEvents = {
  /** Registered again, a mission starts over. */
  'mission:registered': {
    ...ofMission,
    title: event.text,
    /** In their order. */
    objectives: event.items<ObjectiveDefinition, Objective>(readObjective),
  },
  'mission:started': ofMission,
  'objective:progress': {
    ...ofObjective,
    /** @default as it is known */
    progress: event.number,
    /** Progress at which it is done. @default as it is known */
    target: event.number,
  },
  'objective:completed': ofObjective,
  'objective:blocked': { ...ofObjective, reason: event.text },
  /** Rewards are kept as JSON. */
  'mission:completed': { ...ofMission, rewards: event.json() },
  'mission:failed': { ...ofMission, reason: event.text },
}

/** Whose mission it is: in games that have quests, `questId`. */
type OfMission = { missionId: Id } | { questId: Id }

export type MissionEvents = {
  [Type in keyof typeof missionEvents]: OfMission &
    Omit<event.Payload<(typeof missionEvents)[Type]>, 'missionId' | 'questId'>
}

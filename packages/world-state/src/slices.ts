/** Slices that many games need: factions, a tutorial, missions. See docs/tech/world-state-store.md. */

export {
  createFactionSlice,
  type FactionSelectors,
  type FactionSlice,
} from './slices/faction.ts'
export type { FactionEvents } from './slices/faction-events.ts'
export type {
  AttitudeChange,
  CascadeEvent,
  CascadeSource,
  Faction,
  FactionCounts,
  FactionState,
  MemberRemoval,
  ReputationChange,
  Reset,
} from './slices/faction-state.ts'
export type { CascadeTarget, FactionInspection, Standing } from './slices/faction-view.ts'
export { type FactionLimits, factionDefaults, type TutorialLimits, tutorialDefaults } from './slices/limits.ts'
export { createMissionSlice, type MissionSelectors, type MissionSlice } from './slices/mission.ts'
export type { MissionEvents, ObjectiveDefinition } from './slices/mission-events.ts'
export type { Mission, MissionState, MissionStatus, Objective, ObjectiveStatus } from './slices/mission-state.ts'
export type { MissionInspection } from './slices/mission-view.ts'
export type { Id, Maybe } from './slices/payload.ts'
export {
  createTutorialSlice,
  type TutorialSelectors,
  type TutorialSlice,
} from './slices/tutorial.ts'
export type { ControlHint, TutorialEvents, TutorialNote } from './slices/tutorial-events.ts'
export type { Prompt, PromptSnapshot, TranscriptLine, TutorialState } from './slices/tutorial-state.ts'
export type { TutorialInspection, TutorialMetrics } from './slices/tutorial-view.ts'

/** Exports slices that many games need: factions, a tutorial, missions. See docs/tech/world-state-store.md. */

export {
  createFactionSlice,
  type FactionSelectors,
  type FactionSlice,
} from './slices/faction.ts'
export type { CascadeTarget, FactionInspection, Standing } from './slices/faction-inspection.ts'
export type {
  AttitudeChange,
  CascadeEvent,
  CascadeSource,
  Faction,
  FactionCounts,
  FactionEvents,
  FactionState,
  MemberRemoval,
  ReputationChange,
  Reset,
} from './slices/faction-shape.ts'
export { type FactionLimits, factionDefaults, type TutorialLimits, tutorialDefaults } from './slices/limits.ts'
export { createMissionSlice, type MissionSelectors, type MissionSlice } from './slices/mission.ts'
export type { MissionInspection } from './slices/mission-inspection.ts'
export type {
  Mission,
  MissionEvents,
  MissionState,
  MissionStatus,
  Objective,
  ObjectiveDefinition,
  ObjectiveStatus,
} from './slices/mission-shape.ts'
export type { Id, Maybe } from './slices/payload.ts'
export {
  createTutorialSlice,
  type TutorialSelectors,
  type TutorialSlice,
} from './slices/tutorial.ts'
export type { TutorialInspection, TutorialMetrics } from './slices/tutorial-inspection.ts'
export type {
  ControlHint,
  Prompt,
  PromptSnapshot,
  TranscriptLine,
  TutorialEvents,
  TutorialNote,
  TutorialState,
} from './slices/tutorial-shape.ts'

/** An inspector summary with the types of its sections: those of the slices that this game's store has. */

import type { InspectorSummary } from '@downlink/artifacts'
import type { FactionInspection, MissionInspection, TutorialInspection } from '@downlink/world-state/slices'

export interface Inspection {
  readonly summary: InspectorSummary
  /** Undefined where the section could not be read. */
  readonly factions: FactionInspection | undefined
  readonly tutorial: TutorialInspection | undefined
  readonly missions: MissionInspection | undefined
}

export const readInspection = (summary: InspectorSummary): Inspection => ({
  summary,
  factions: (summary.factions as FactionInspection | null) ?? undefined,
  tutorial: (summary.tutorial as TutorialInspection | null) ?? undefined,
  missions: (summary.missions as MissionInspection | null) ?? undefined,
})

/** Shows the tutorial to the inspector. */

import { isoTime } from '../json.ts'
import type { TableDefinition } from '../slice.ts'
import type { PromptSnapshot, TutorialState } from './tutorial-shape.ts'

/** The section `tutorial` of a summary. */
export interface TutorialInspection extends Pick<TutorialState, 'snapshots' | 'transcript'> {
  readonly latestSnapshot: PromptSnapshot | null
  readonly metrics: TutorialMetrics
}

export interface TutorialMetrics extends Pick<TutorialState, 'status' | 'totalSteps' | 'completedSteps'> {
  /** From start to end; null until then. */
  readonly durationMs: number | null
  readonly stepDurations: readonly { readonly stepId: string; readonly durationMs: number }[]
  /** Events recorded, those that gave way included. */
  readonly events: number
}

export function inspectTutorial(state: TutorialState): TutorialInspection {
  const { status, totalSteps, completedSteps, startedAt, endedAt, snapshots, transcript } = state
  return {
    latestSnapshot: snapshots.at(-1) ?? null,
    snapshots,
    transcript,
    metrics: {
      status,
      totalSteps,
      completedSteps,
      durationMs: startedAt === null || endedAt === null ? null : endedAt - startedAt,
      stepDurations: Array.from(state.stepDurationsMs, ([stepId, durationMs]) => ({ stepId, durationMs })),
      events: state.nextSequence - 1,
    },
  }
}

export const tutorialSnapshots: TableDefinition<TutorialState> = {
  columns: [
    'event',
    'timestamp',
    'timestamp_iso',
    'step_index',
    'total_steps',
    'step_id',
    'step_title',
    'completed_steps',
    'metadata',
  ],
  rows: ({ snapshots }) =>
    snapshots.map(({ event, timestamp, stepIndex, totalSteps, stepId, stepTitle, completedSteps, metadata }) => [
      event,
      timestamp,
      isoTime(timestamp),
      stepIndex,
      totalSteps,
      stepId,
      stepTitle,
      completedSteps,
      metadata,
    ]),
}

export const tutorialTranscript: TableDefinition<TutorialState> = {
  kind: 'transcript',
  layout: {
    chapter: 'prompt',
    heading: 'title',
    headingId: 'prompt_id',
    event: 'event',
    action: 'action',
    timestamp: 'timestamp',
    timestampIso: 'timestamp_iso',
    quote: 'follow_up_narrative',
    omitted: ['sequence'],
  },
  columns: [
    'sequence',
    'event',
    'prompt_id',
    'title',
    'action',
    'timestamp',
    'timestamp_iso',
    'follow_up_narrative',
    'metadata',
  ],
  rows: ({ transcript }) =>
    transcript.map(({ sequence, event, promptId, title, action, timestamp, followUpNarrative, metadata }) => [
      sequence,
      event,
      promptId,
      title,
      action,
      timestamp,
      isoTime(timestamp),
      followUpNarrative,
      metadata,
    ]),
}

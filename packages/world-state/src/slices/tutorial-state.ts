/** What is known of the tutorial. */
import type { Json } from '../json.ts'
import type { RecordMap } from '../records/record-map.ts'

export interface TutorialState {
  readonly status: 'idle' | 'running' | 'completed' | 'skipped'
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly totalSteps: number
  /** Steps completed. */
  readonly completedSteps: number
  readonly currentPrompt: Prompt | null
  /** The latest last, the current one included. */
  readonly promptHistory: readonly Prompt[]
  /** Milliseconds by step id, in the order of completion. */
  readonly stepDurationsMs: RecordMap<number>
  /** The latest last. */
  readonly snapshots: readonly PromptSnapshot[]
  /** The latest last. */
  readonly transcript: readonly TranscriptLine[]
  /** Of the next line: it goes on when the first lines have given way. */
  readonly nextSequence: number
}

/** What the player is asked to do. */
export interface Prompt {
  readonly stepId: string
  /** From 0; null where the game did not say. */
  readonly stepIndex: number | null
  readonly title: string
  readonly description: string
  readonly canSkip: boolean
  /** As the game gave it: text, an object such as `{ label, keys, note }`, or null. */
  readonly controlHint: Json
  readonly startedAt: number
}

/** The tutorial as it was right after an event. */
export interface PromptSnapshot {
  readonly event: string
  readonly timestamp: number
  readonly stepId: string | null
  readonly stepTitle: string | null
  readonly stepIndex: number | null
  readonly totalSteps: number
  readonly completedSteps: number
  readonly currentPrompt: Prompt | null
  readonly metadata: Json
}

/** A line of what was asked and what the player did. */
export interface TranscriptLine {
  /** From 1. */
  readonly sequence: number
  readonly event: string
  /** The step's id. */
  readonly promptId: string | null
  readonly title: string | null
  readonly action: string | null
  readonly timestamp: number
  readonly followUpNarrative: string | null
  readonly metadata: Json
}

/** How a tutorial goes. Beyond what each event says of itself, any may carry what its line of the transcript needs. */

/** For the transcript. */
export interface TutorialNote {
  /** Milliseconds since 1970. */
  timestamp?: number
  /** What the player did. @example 'fired at red-3' */
  action?: string
  /** What the story says next. */
  followUpNarrative?: string
  /** Whatever else QA should see, as JSON. */
  metadata?: object
}

export type TutorialEvents = {
  'tutorial:started': TutorialNote & { totalSteps: number }
  'tutorial:step_started': TutorialNote & {
    stepId: string
    /** From 0. */
    stepIndex: number
    totalSteps: number
    title: string
    description: string
    canSkip: boolean
    controlHint: string
  }
  'tutorial:control_hint_updated': TutorialNote & {
    controlHint: string
    /** @default the current step */
    stepId?: string
  }
  'tutorial:step_completed': TutorialNote & {
    stepId: string
    /** @default that of the step's start */
    stepIndex?: number
    /** @default since the step's start */
    durationMs?: number
  }
  'tutorial:completed': TutorialNote & {
    /** @default as counted */
    completedSteps?: number
  }
  'tutorial:skipped': TutorialNote & {
    reason?: string
    /** @default as counted */
    completedSteps?: number
  }
}

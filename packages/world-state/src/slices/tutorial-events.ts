/** How a tutorial goes. Beyond what each event says of itself, any may carry what its line of the transcript needs. */
import type { Id, Maybe } from './payload.ts'

/** For the transcript. */
export interface TutorialNote {
  /** Milliseconds since 1970. */
  timestamp?: Maybe<number>
  /** What the player did. @example 'fired at red-3' */
  action?: Maybe<string>
  /** What the story says next. */
  followUpNarrative?: Maybe<string>
  /** Whatever else QA should see, as JSON. */
  metadata?: Maybe<object>
}

/** Text, or whatever the game shows it by, such as `{ label, keys, note }`. Kept as it came, as JSON. */
export type ControlHint = string | object

/** Only what an event is about must be there; a title falls back to its id, and what else a payload has is ignored. */
export type TutorialEvents = {
  'tutorial:started': TutorialNote & { totalSteps?: Maybe<number> }
  'tutorial:step_started': TutorialNote & {
    stepId: Id
    /** From 0. */
    stepIndex?: Maybe<number>
    /** @default as it was */
    totalSteps?: Maybe<number>
    title?: Maybe<string>
    description?: Maybe<string>
    /** @default false */
    canSkip?: Maybe<boolean>
    controlHint?: Maybe<ControlHint>
  }
  'tutorial:control_hint_updated': TutorialNote & {
    /** Without one the prompt has none any more. */
    controlHint?: Maybe<ControlHint>
    /** @default the current step */
    stepId?: Maybe<Id>
  }
  'tutorial:step_completed': TutorialNote & {
    stepId: Id
    /** @default that of the step's start */
    stepIndex?: Maybe<number>
    /** @default since the step's start */
    durationMs?: Maybe<number>
  }
  'tutorial:completed': TutorialNote & {
    /** How many, or which. @default as counted */
    completedSteps?: Maybe<number | readonly Id[]>
  }
  'tutorial:skipped': TutorialNote & {
    reason?: Maybe<string>
    /** @default the current step */
    stepId?: Maybe<Id>
    /** How many, or which. @default as counted */
    completedSteps?: Maybe<number | readonly Id[]>
  }
}

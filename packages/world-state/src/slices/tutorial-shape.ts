/** Describes how a tutorial goes, and what is known of it: events, state, and what a save may hold. */
import * as event from './event-shape.ts'
import type { Maybe } from './payload.ts'
import { anything, flag, list, nullable, number, object, oneOf, records, text, type ValueOf } from './shape.ts'

/** Text, or whatever the game shows it by, such as `{ label, keys, note }`. Kept as it came, as JSON. */
export type ControlHint = string | object

/** For the transcript: any event may carry it. */
const note = {
  /** What the player did. @example 'fired at red-3' */
  action: event.text,
  /** What the story says next. */
  followUpNarrative: event.text,
  /** Whatever else QA should see, as JSON. */
  metadata: event.object,
}

export type TutorialNote = event.Payload<typeof note>

/** What is read of any event for its line of the transcript. */
export type NoteEvent = event.EventOf<typeof note>

/** Only what an event is about must be there; a title falls back to its id. */
export const tutorialEvents = {
  'tutorial:started': { ...note, totalSteps: event.number },
  'tutorial:step_started': {
    ...note,
    stepId: event.id,
    /** From 0. */
    stepIndex: event.number,
    /** @default as it was */
    totalSteps: event.number,
    title: event.text,
    description: event.text,
    /** @default false */
    canSkip: event.flag,
    controlHint: event.json<Maybe<ControlHint>>(),
  },
  'tutorial:control_hint_updated': {
    ...note,
    /** Without one the prompt has none any more. */
    controlHint: event.json<Maybe<ControlHint>>(),
    /** @default the current step */
    stepId: event.optionalId,
  },
  'tutorial:step_completed': {
    ...note,
    stepId: event.id,
    /** @default that of the step's start */
    stepIndex: event.number,
    /** @default since the step's start */
    durationMs: event.number,
  },
  'tutorial:completed': {
    ...note,
    /** How many, or which. @default as counted */
    completedSteps: event.counted,
  },
  'tutorial:skipped': {
    ...note,
    reason: event.text,
    /** @default the current step */
    stepId: event.optionalId,
    /** How many, or which. @default as counted */
    completedSteps: event.counted,
  },
}

export type TutorialEvents = event.PayloadsOf<typeof tutorialEvents>

/** What the player is asked to do. */
const prompt = object({
  stepId: text,
  /** From 0; null where the game did not say. */
  stepIndex: nullable(number),
  title: text,
  description: text,
  canSkip: flag,
  /** As the game gave it: text, an object such as `{ label, keys, note }`, or null. */
  controlHint: anything,
  startedAt: number,
})

export type Prompt = ValueOf<typeof prompt>

/** The tutorial as it was right after an event. */
const promptSnapshot = object({
  event: text,
  timestamp: number,
  stepId: nullable(text),
  stepTitle: nullable(text),
  stepIndex: nullable(number),
  totalSteps: number,
  completedSteps: number,
  currentPrompt: nullable(prompt),
  metadata: anything,
})

export type PromptSnapshot = ValueOf<typeof promptSnapshot>

/** A line of what was asked and what the player did. */
const transcriptLine = object({
  /** From 1. */
  sequence: number,
  event: text,
  /** The step's id. */
  promptId: nullable(text),
  title: nullable(text),
  action: nullable(text),
  timestamp: number,
  followUpNarrative: nullable(text),
  metadata: anything,
})

export type TranscriptLine = ValueOf<typeof transcriptLine>

export const tutorialState = object({
  status: oneOf('idle', 'running', 'completed', 'skipped'),
  startedAt: nullable(number),
  endedAt: nullable(number),
  totalSteps: number,
  /** Steps completed. */
  completedSteps: number,
  currentPrompt: nullable(prompt),
  /** The latest last, the current one included. */
  promptHistory: list(prompt),
  /** Milliseconds by step id, in the order of completion. */
  stepDurationsMs: records(number),
  /** The latest last. */
  snapshots: list(promptSnapshot),
  /** The latest last. */
  transcript: list(transcriptLine),
  /** Of the next line: it goes on when the first lines have given way. */
  nextSequence: number,
})

export type TutorialState = ValueOf<typeof tutorialState>

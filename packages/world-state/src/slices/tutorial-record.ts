/** Records a tutorial's event: a snapshot of the prompt and a line of the transcript. */

import type { Json } from '../json.ts'
import { keepLatest } from './limits.ts'
import type { NoteEvent, Prompt, TutorialState } from './tutorial-shape.ts'

/** What an event changed. */
export interface TutorialChange {
  /** After it. */
  readonly state: TutorialState
  /** The prompt that it was about. */
  readonly prompt: Pick<Prompt, 'stepId' | 'title' | 'stepIndex'> | UnknownPrompt | null
  /** What the event says that no column holds. */
  readonly details: { readonly [name: string]: Json }
}

/** A step that was never seen to start. */
interface UnknownPrompt {
  readonly stepId: string
  readonly title: null
  readonly stepIndex: number | null
}

export function record(
  event: string,
  { action, followUpNarrative, metadata, timestamp }: NoteEvent,
  { state, prompt, details }: TutorialChange,
  limits: { readonly snapshots: number; readonly transcript: number },
): TutorialState {
  const { totalSteps, completedSteps, currentPrompt, nextSequence } = state
  const all: Json = { ...details, ...metadata }
  const snapshot = {
    event,
    timestamp,
    stepId: prompt?.stepId ?? null,
    stepTitle: prompt?.title ?? null,
    stepIndex: prompt?.stepIndex ?? null,
    totalSteps,
    completedSteps,
    currentPrompt,
    metadata: all,
  }
  const line = {
    sequence: nextSequence,
    event,
    promptId: snapshot.stepId,
    title: snapshot.stepTitle,
    action,
    timestamp,
    followUpNarrative,
    metadata: all,
  }
  return {
    ...state,
    snapshots: keepLatest(state.snapshots, snapshot, limits.snapshots),
    transcript: keepLatest(state.transcript, line, limits.transcript),
    nextSequence: nextSequence + 1,
  }
}

/** Reduces the events of the tutorial: progress, prompts, and the transcript that QA reads. */

import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice } from '../slice.ts'
import { type EventOf, reducersFor } from './event-shape.ts'
import { keepLatest, type TutorialLimits, tutorialDefaults, withLimits } from './limits.ts'
import { requireShape } from './shape.ts'
import { inspectTutorial, tutorialSnapshots, tutorialTranscript } from './tutorial-inspection.ts'
import { record, type TutorialChange } from './tutorial-record.ts'
import {
  type NoteEvent,
  type Prompt,
  type TutorialEvents,
  type TutorialState,
  tutorialEvents,
  tutorialState,
} from './tutorial-shape.ts'

type Event<Type extends keyof typeof tutorialEvents> = EventOf<(typeof tutorialEvents)[Type]>

/** What a store can be asked about the tutorial. */
export type TutorialSelectors = {
  readonly prompt: (state: TutorialState) => Prompt | null
  readonly progress: (state: TutorialState) => Pick<TutorialState, 'status' | 'completedSteps' | 'totalSteps'>
}

export type TutorialSlice = Slice<'tutorial', TutorialState, TutorialEvents, TutorialSelectors>

const initial: TutorialState = {
  status: 'idle',
  startedAt: null,
  endedAt: null,
  totalSteps: 0,
  completedSteps: 0,
  currentPrompt: null,
  promptHistory: [],
  stepDurationsMs: RecordMap.empty(),
  snapshots: [],
  transcript: [],
  nextSequence: 1,
}

/**
 * @throws {WorldStateError} `bad_option`
 * @example new WorldStateStore({ slices: [createTutorialSlice({ transcript: 1000 })] })
 */
export function createTutorialSlice(options: TutorialLimits = {}): TutorialSlice {
  const limits = withLimits(tutorialDefaults, options)
  /** A reducer that changes the progress, and records the event with what is left of it. */
  const recorded =
    <Event extends NoteEvent>(
      type: keyof TutorialEvents,
      change: (state: TutorialState, event: Event) => TutorialChange,
    ) =>
    (state: TutorialState, event: Event): TutorialState =>
      record(type, event, change(state, event), limits)

  const on = reducersFor<TutorialState, typeof tutorialEvents>(tutorialEvents, {
    'tutorial:started': recorded('tutorial:started', started),
    'tutorial:step_started': recorded('tutorial:step_started', (state, event) =>
      stepStarted(state, event, limits.promptHistory),
    ),
    'tutorial:control_hint_updated': recorded('tutorial:control_hint_updated', controlHintUpdated),
    'tutorial:step_completed': recorded('tutorial:step_completed', stepCompleted),
    'tutorial:completed': recorded('tutorial:completed', completed),
    'tutorial:skipped': recorded('tutorial:skipped', skipped),
  })

  return defineSlice({
    name: 'tutorial',
    version: 1,
    initial,
    on,
    select: {
      prompt: (state) => state.currentPrompt,
      progress: ({ status, completedSteps, totalSteps }) => ({ status, completedSteps, totalSteps }),
    },
    inspect: { tutorial: inspectTutorial },
    tables: { 'tutorial-snapshots': tutorialSnapshots, 'tutorial-transcript': tutorialTranscript },
    revive(saved) {
      const state = requireShape(tutorialState, saved, 'state')
      return {
        ...state,
        promptHistory: state.promptHistory.slice(-limits.promptHistory),
        snapshots: state.snapshots.slice(-limits.snapshots),
        transcript: state.transcript.slice(-limits.transcript),
      }
    },
  })
}

/** Starting again starts over; what was recorded stays. */
function started(state: TutorialState, event: Event<'tutorial:started'>): TutorialChange {
  const { snapshots, transcript, nextSequence } = state
  const next: TutorialState = { ...initial, snapshots, transcript, nextSequence }
  const totalSteps = event.totalSteps ?? 0
  return {
    state: { ...next, status: 'running', startedAt: event.timestamp, totalSteps },
    prompt: null,
    details: { totalSteps },
  }
}

function stepStarted(state: TutorialState, event: Event<'tutorial:step_started'>, limit: number): TutorialChange {
  const { stepId, stepIndex, controlHint, timestamp } = event
  const title = event.title ?? stepId
  const description = event.description ?? ''
  const canSkip = event.canSkip ?? false
  const prompt: Prompt = { stepId, stepIndex, title, description, canSkip, controlHint, startedAt: timestamp }
  const totalSteps = event.totalSteps ?? state.totalSteps
  const promptHistory = keepLatest(state.promptHistory, prompt, limit)
  return {
    state: { ...state, status: 'running', totalSteps, currentPrompt: prompt, promptHistory },
    prompt,
    details: { description, canSkip, controlHint },
  }
}

function controlHintUpdated(state: TutorialState, event: Event<'tutorial:control_hint_updated'>): TutorialChange {
  const { controlHint, stepId } = event
  const current = state.currentPrompt
  if (!current || (stepId !== null && stepId !== current.stepId)) {
    return { state, prompt: knownPrompt(state, stepId), details: { controlHint } }
  }
  const prompt = { ...current, controlHint }
  // By what it is and not by which object: a loaded state has two of it.
  const isCurrent = ({ stepId, startedAt }: Prompt): boolean =>
    stepId === current.stepId && startedAt === current.startedAt
  const promptHistory = state.promptHistory.map((each) => (isCurrent(each) ? prompt : each))
  return { state: { ...state, currentPrompt: prompt, promptHistory }, prompt, details: { controlHint } }
}

function stepCompleted(state: TutorialState, event: Event<'tutorial:step_completed'>): TutorialChange {
  const { stepId, stepIndex, timestamp } = event
  const prompt = knownPrompt(state, stepId)
  const durationMs = event.durationMs ?? (prompt ? timestamp - prompt.startedAt : 0)
  const isCurrent = state.currentPrompt?.stepId === stepId
  return {
    state: {
      ...state,
      completedSteps: state.completedSteps + (state.stepDurationsMs.has(stepId) ? 0 : 1),
      stepDurationsMs: state.stepDurationsMs.set(stepId, durationMs),
      currentPrompt: isCurrent ? null : state.currentPrompt,
    },
    prompt: prompt ?? { stepId, title: null, stepIndex },
    details: { durationMs },
  }
}

/** Where a game lists the steps, the list is kept beside their number. */
function completed(state: TutorialState, event: Event<'tutorial:completed'>): TutorialChange {
  const { count, list } = event.completedSteps
  const completedSteps = count ?? state.completedSteps
  return {
    state: { ...state, status: 'completed', endedAt: event.timestamp, completedSteps, currentPrompt: null },
    prompt: null,
    details: { completedSteps: list ?? completedSteps },
  }
}

function skipped(state: TutorialState, event: Event<'tutorial:skipped'>): TutorialChange {
  const { reason, stepId, timestamp } = event
  const { count, list } = event.completedSteps
  const completedSteps = count ?? state.completedSteps
  return {
    state: { ...state, status: 'skipped', endedAt: timestamp, completedSteps, currentPrompt: null },
    prompt: knownPrompt(state, stepId),
    details: { ...(reason !== null && { reason }), ...(list !== null && { completedSteps: list }) },
  }
}

/** The prompt of a step, the current one's unless told. */
const knownPrompt = ({ currentPrompt, promptHistory }: TutorialState, stepId: string | null): Prompt | null =>
  stepId === null ? currentPrompt : (promptHistory.findLast((prompt) => prompt.stepId === stepId) ?? null)

/** The slice of the tutorial: progress, prompts, and the transcript that QA reads. */
import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice, type Stamped } from '../slice.ts'
import { keepLatest, withLimits } from './limit.ts'
import { checked, requireShape } from './shape.ts'
import type { TutorialEvents } from './tutorial-events.ts'
import { type Occasion, record } from './tutorial-record.ts'
import { tutorialPayloads, tutorialState } from './tutorial-shape.ts'
import type { Prompt, TutorialState } from './tutorial-state.ts'
import { inspectTutorial, tutorialSnapshots, tutorialTranscript } from './tutorial-view.ts'

export interface TutorialLimits {
  /** Prompts. @default 5 */
  readonly promptHistory?: number
  /** Snapshots, one an event. @default 10 */
  readonly snapshots?: number
  /** Lines, one an event. @default 200 */
  readonly transcript?: number
}

export const tutorialDefaults = {
  promptHistory: 5 as number,
  snapshots: 10 as number,
  transcript: 200 as number,
}

/** What a store can be asked about the tutorial. */
export type TutorialSelectors = {
  readonly prompt: (state: TutorialState) => Prompt | null
  readonly progress: (state: TutorialState) => Pick<TutorialState, 'status' | 'completedSteps' | 'totalSteps'>
}

export type TutorialSlice = Slice<'tutorial', TutorialState, TutorialEvents, TutorialSelectors>

type Payload<Type extends keyof TutorialEvents> = Stamped<TutorialEvents[Type]>

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
  const recorded = <Type extends keyof TutorialEvents>(
    event: Type,
    react: (state: TutorialState, payload: Payload<Type>) => Occasion,
  ) =>
    checked(tutorialPayloads[event], (state: TutorialState, payload: Payload<Type>) =>
      record(event, payload, react(state, payload), limits),
    )

  return defineSlice({
    name: 'tutorial',
    version: 1,
    initial,
    on: {
      'tutorial:started': recorded('tutorial:started', started),
      'tutorial:step_started': recorded('tutorial:step_started', (state, payload) =>
        stepStarted(state, payload, limits.promptHistory),
      ),
      'tutorial:control_hint_updated': recorded('tutorial:control_hint_updated', controlHintUpdated),
      'tutorial:step_completed': recorded('tutorial:step_completed', stepCompleted),
      'tutorial:completed': recorded('tutorial:completed', completed),
      'tutorial:skipped': recorded('tutorial:skipped', skipped),
    },
    select: {
      prompt: (state) => state.currentPrompt,
      progress: ({ status, completedSteps, totalSteps }) => ({ status, completedSteps, totalSteps }),
    },
    inspect: { tutorial: inspectTutorial },
    tables: { 'tutorial-snapshots': tutorialSnapshots, 'tutorial-transcript': tutorialTranscript },
    revive(saved) {
      requireShape(tutorialState, saved, 'state')
      const state = saved as TutorialState
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
function started(state: TutorialState, { totalSteps, timestamp }: Payload<'tutorial:started'>): Occasion {
  const { snapshots, transcript, nextSequence } = state
  const next: TutorialState = { ...initial, snapshots, transcript, nextSequence }
  return {
    state: { ...next, status: 'running', startedAt: timestamp, totalSteps },
    prompt: null,
    details: { totalSteps },
  }
}

function stepStarted(state: TutorialState, payload: Payload<'tutorial:step_started'>, limit: number): Occasion {
  const { stepId, stepIndex, totalSteps, title, description, canSkip, controlHint, timestamp } = payload
  const prompt: Prompt = { stepId, stepIndex, title, description, canSkip, controlHint, startedAt: timestamp }
  const promptHistory = keepLatest(state.promptHistory, prompt, limit)
  return {
    state: { ...state, status: 'running', totalSteps, currentPrompt: prompt, promptHistory },
    prompt,
    details: { description, canSkip, controlHint },
  }
}

function controlHintUpdated(state: TutorialState, payload: Payload<'tutorial:control_hint_updated'>): Occasion {
  const { controlHint, stepId } = payload
  const current = state.currentPrompt
  if (!current || (stepId !== undefined && stepId !== current.stepId)) {
    return { state, prompt: knownPrompt(state, stepId), details: { controlHint } }
  }
  const prompt = { ...current, controlHint }
  // By what it is and not by which object: a loaded state has two of it.
  const isCurrent = ({ stepId, startedAt }: Prompt): boolean =>
    stepId === current.stepId && startedAt === current.startedAt
  const promptHistory = state.promptHistory.map((each) => (isCurrent(each) ? prompt : each))
  return { state: { ...state, currentPrompt: prompt, promptHistory }, prompt, details: { controlHint } }
}

function stepCompleted(state: TutorialState, payload: Payload<'tutorial:step_completed'>): Occasion {
  const { stepId, timestamp } = payload
  const prompt = knownPrompt(state, stepId)
  const durationMs = payload.durationMs ?? (prompt ? timestamp - prompt.startedAt : 0)
  const isCurrent = state.currentPrompt?.stepId === stepId
  return {
    state: {
      ...state,
      completedSteps: state.completedSteps + (state.stepDurationsMs.has(stepId) ? 0 : 1),
      stepDurationsMs: state.stepDurationsMs.set(stepId, durationMs),
      currentPrompt: isCurrent ? null : state.currentPrompt,
    },
    prompt: prompt ?? { stepId, title: null, stepIndex: payload.stepIndex ?? null },
    details: { durationMs },
  }
}

function completed(state: TutorialState, payload: Payload<'tutorial:completed'>): Occasion {
  const { timestamp } = payload
  const completedSteps = payload.completedSteps ?? state.completedSteps
  const next = { ...state, status: 'completed' as const, endedAt: timestamp, completedSteps, currentPrompt: null }
  return { state: next, prompt: null, details: { completedSteps } }
}

function skipped(state: TutorialState, payload: Payload<'tutorial:skipped'>): Occasion {
  const { reason, timestamp } = payload
  const completedSteps = payload.completedSteps ?? state.completedSteps
  const next = { ...state, status: 'skipped' as const, endedAt: timestamp, completedSteps, currentPrompt: null }
  return { state: next, prompt: state.currentPrompt, details: reason === undefined ? {} : { reason } }
}

/** The prompt of a step, the current one's unless told. */
const knownPrompt = ({ currentPrompt, promptHistory }: TutorialState, stepId?: string): Prompt | null =>
  stepId === undefined ? currentPrompt : (promptHistory.findLast((prompt) => prompt.stepId === stepId) ?? null)

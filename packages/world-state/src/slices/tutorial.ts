/** The slice of the tutorial: progress, prompts, and the transcript that QA reads. */

import type { Json } from '../json.ts'
import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice } from '../slice.ts'
import { keepLatest, type TutorialLimits, tutorialDefaults, withLimits } from './limits.ts'
import { type EventReducers, type PayloadFields, reading } from './payload.ts'
import { requireShape } from './shape.ts'
import type { TutorialEvents } from './tutorial-events.ts'
import { record, type TutorialChange } from './tutorial-record.ts'
import { tutorialState } from './tutorial-shape.ts'
import type { Prompt, TutorialState } from './tutorial-state.ts'
import { inspectTutorial, tutorialSnapshots, tutorialTranscript } from './tutorial-view.ts'

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
  const recorded = (
    event: keyof TutorialEvents,
    change: (state: TutorialState, fields: PayloadFields) => TutorialChange,
  ) => reading((state: TutorialState, fields) => record(event, fields, change(state, fields), limits))

  const on: EventReducers<TutorialState, TutorialEvents> = {
    'tutorial:started': recorded('tutorial:started', started),
    'tutorial:step_started': recorded('tutorial:step_started', (state, fields) =>
      stepStarted(state, fields, limits.promptHistory),
    ),
    'tutorial:control_hint_updated': recorded('tutorial:control_hint_updated', controlHintUpdated),
    'tutorial:step_completed': recorded('tutorial:step_completed', stepCompleted),
    'tutorial:completed': recorded('tutorial:completed', completed),
    'tutorial:skipped': recorded('tutorial:skipped', skipped),
  }

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
function started(state: TutorialState, fields: PayloadFields): TutorialChange {
  const { snapshots, transcript, nextSequence } = state
  const next: TutorialState = { ...initial, snapshots, transcript, nextSequence }
  const totalSteps = fields.number('totalSteps') ?? 0
  return {
    state: { ...next, status: 'running', startedAt: fields.timestamp, totalSteps },
    prompt: null,
    details: { totalSteps },
  }
}

function stepStarted(state: TutorialState, fields: PayloadFields, limit: number): TutorialChange {
  const stepId = fields.id('stepId')
  const prompt: Prompt = {
    stepId,
    stepIndex: fields.number('stepIndex'),
    title: fields.text('title') ?? stepId,
    description: fields.text('description') ?? '',
    canSkip: fields.flag('canSkip') ?? false,
    controlHint: fields.json('controlHint'),
    startedAt: fields.timestamp,
  }
  const { description, canSkip, controlHint } = prompt
  const totalSteps = fields.number('totalSteps') ?? state.totalSteps
  const promptHistory = keepLatest(state.promptHistory, prompt, limit)
  return {
    state: { ...state, status: 'running', totalSteps, currentPrompt: prompt, promptHistory },
    prompt,
    details: { description, canSkip, controlHint },
  }
}

function controlHintUpdated(state: TutorialState, fields: PayloadFields): TutorialChange {
  const controlHint = fields.json('controlHint')
  const stepId = fields.optionalId('stepId')
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

function stepCompleted(state: TutorialState, fields: PayloadFields): TutorialChange {
  const stepId = fields.id('stepId')
  const prompt = knownPrompt(state, stepId)
  const durationMs = fields.number('durationMs') ?? (prompt ? fields.timestamp - prompt.startedAt : 0)
  const isCurrent = state.currentPrompt?.stepId === stepId
  return {
    state: {
      ...state,
      completedSteps: state.completedSteps + (state.stepDurationsMs.has(stepId) ? 0 : 1),
      stepDurationsMs: state.stepDurationsMs.set(stepId, durationMs),
      currentPrompt: isCurrent ? null : state.currentPrompt,
    },
    prompt: prompt ?? { stepId, title: null, stepIndex: fields.number('stepIndex') },
    details: { durationMs },
  }
}

function completed(state: TutorialState, fields: PayloadFields): TutorialChange {
  const completedSteps = fields.count('completedSteps') ?? state.completedSteps
  return {
    state: { ...state, status: 'completed', endedAt: fields.timestamp, completedSteps, currentPrompt: null },
    prompt: null,
    details: { completedSteps: whichSteps(fields) ?? completedSteps },
  }
}

function skipped(state: TutorialState, fields: PayloadFields): TutorialChange {
  const completedSteps = fields.count('completedSteps') ?? state.completedSteps
  const [reason, which] = [fields.text('reason'), whichSteps(fields)]
  return {
    state: { ...state, status: 'skipped', endedAt: fields.timestamp, completedSteps, currentPrompt: null },
    prompt: knownPrompt(state, fields.optionalId('stepId')),
    details: { ...(reason !== null && { reason }), ...(which !== null && { completedSteps: which }) },
  }
}

/** Where a game lists the steps, the list is kept beside their number. */
function whichSteps(fields: PayloadFields): Json {
  const steps = fields.json('completedSteps')
  return Array.isArray(steps) ? steps : null
}

/** The prompt of a step, the current one's unless told. */
const knownPrompt = ({ currentPrompt, promptHistory }: TutorialState, stepId: string | null): Prompt | null =>
  stepId === null ? currentPrompt : (promptHistory.findLast((prompt) => prompt.stepId === stepId) ?? null)

/** What the tutorial slice takes: payloads, and states that were saved. */
import { anything, flag, list, nullable, number, object, oneOf, optional, records, type Shape, text } from './shape.ts'
import type { TutorialEvents } from './tutorial-events.ts'

const note = { action: optional(text), followUpNarrative: optional(text), metadata: optional(object({})) }
const step = { stepId: text, stepIndex: number, title: text, description: text, canSkip: flag, controlHint: text }

export const tutorialPayloads: { readonly [Type in keyof TutorialEvents]: Shape } = {
  'tutorial:started': object({ ...note, totalSteps: number }),
  'tutorial:step_started': object({ ...note, ...step, totalSteps: number }),
  'tutorial:control_hint_updated': object({ ...note, controlHint: text, stepId: optional(text) }),
  'tutorial:step_completed': object({
    ...note,
    stepId: text,
    stepIndex: optional(number),
    durationMs: optional(number),
  }),
  'tutorial:completed': object({ ...note, completedSteps: optional(number) }),
  'tutorial:skipped': object({ ...note, reason: optional(text), completedSteps: optional(number) }),
}

const prompt = object({ ...step, startedAt: number })

export const tutorialState: Shape = object({
  status: oneOf('idle', 'running', 'completed', 'skipped'),
  startedAt: nullable(number),
  endedAt: nullable(number),
  totalSteps: number,
  completedSteps: number,
  currentPrompt: nullable(prompt),
  promptHistory: list(prompt),
  stepDurationsMs: records(number),
  snapshots: list(
    object({
      event: text,
      timestamp: number,
      stepId: nullable(text),
      stepTitle: nullable(text),
      stepIndex: nullable(number),
      totalSteps: number,
      completedSteps: number,
      currentPrompt: nullable(prompt),
      metadata: anything,
    }),
  ),
  transcript: list(
    object({
      sequence: number,
      event: text,
      promptId: nullable(text),
      title: nullable(text),
      action: nullable(text),
      timestamp: number,
      followUpNarrative: nullable(text),
      metadata: anything,
    }),
  ),
  nextSequence: number,
})

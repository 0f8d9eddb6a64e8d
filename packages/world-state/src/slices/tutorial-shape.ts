/** What the tutorial slice takes of what was saved. */
import { anything, flag, list, nullable, number, object, oneOf, records, type Shape, text } from './shape.ts'

const prompt = object({
  stepId: text,
  stepIndex: nullable(number),
  title: text,
  description: text,
  canSkip: flag,
  controlHint: anything,
  startedAt: number,
})

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

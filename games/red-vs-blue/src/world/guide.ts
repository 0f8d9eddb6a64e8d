/** Leads through the lessons of a mission, one after the other, and tells the world of each. */

import type { Moment } from './player-stats.ts'
import type { Emit } from './world-events.ts'

export interface Lesson {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly controlHint: string
  /** Takes the hint's place when the lesson takes long. */
  readonly laterHint: string
  /** Whether the player may leave the tutorial here. */
  readonly canSkip: boolean
  /** What the player does in it, as a transcript says it. */
  readonly action: string
  /** What the story says when it is done. */
  readonly followUpNarrative: string
  /** @param since the moment at which the lesson began */
  readonly isDone: (now: Moment, since: Moment) => boolean
}

export interface Guide {
  /** The lesson under way; undefined before the first and after the last. */
  readonly lesson: Lesson | undefined
  begin(now: Moment): void
  /** Looks whether the lesson is done. Call it after each tick. */
  update(now: Moment): void
  /** Leaves the tutorial, where the lesson allows it. */
  skip(): boolean
}

/** Ticks after which a lesson shows its later hint: four seconds. */
const patienceTicks = 240

export function createGuide(lessons: readonly Lesson[], emit: Emit): Guide {
  const totalSteps = lessons.length
  let course: { readonly index: number; readonly since: Moment; hinted: boolean } | undefined

  function start(index: number, now: Moment): void {
    const lesson = lessons[index]
    if (!lesson) {
      course = undefined
      emit('tutorial:completed', { completedSteps: totalSteps })
      return
    }
    course = { index, since: now, hinted: false }
    const { id: stepId, title, description, canSkip, controlHint } = lesson
    emit('tutorial:step_started', { stepId, stepIndex: index, totalSteps, title, description, canSkip, controlHint })
  }

  const current = (): Lesson | undefined => course && lessons[course.index]

  return {
    get lesson() {
      return current()
    },
    begin(now) {
      emit('tutorial:started', { totalSteps })
      start(0, now)
    },
    update(now) {
      const lesson = current()
      if (!course || !lesson) return
      const { index, since } = course
      const ticks = now.tick - since.tick
      if (lesson.isDone(now, since)) {
        const { id: stepId, action, followUpNarrative } = lesson
        emit('tutorial:step_completed', { stepId, stepIndex: index, action, followUpNarrative, metadata: { ticks } })
        start(index + 1, now)
      } else if (!course.hinted && ticks >= patienceTicks) {
        course.hinted = true
        emit('tutorial:control_hint_updated', { stepId: lesson.id, controlHint: lesson.laterHint })
      }
    },
    skip() {
      const lesson = current()
      if (!course || !lesson?.canSkip) return false
      emit('tutorial:skipped', { reason: 'player', action: 'Left the tutorial', completedSteps: course.index })
      course = undefined
      return true
    },
  }
}

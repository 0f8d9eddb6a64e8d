/** Keeps account of a mission's objectives: how far each has come, what holds it up, and when all are done. */

import type { Moment } from './player-stats.ts'
import type { Emit } from './world-events.ts'

export interface Objective {
  readonly id: string
  readonly title: string
  readonly target: number
  /**
   * How far it has come; more than the target counts as the target, and what is reached is never taken back.
   *
   * @param since the moment at which nothing held it up for the first time
   */
  readonly measure: (now: Moment, since: Moment) => number
  /** Why it can't go on just now; undefined where it can. */
  readonly obstacle?: (now: Moment, isDone: (objectiveId: string) => boolean) => string | undefined
}

export interface Objectives {
  readonly areDone: boolean
  /** Looks at each, in order. Call it after each tick. */
  update(now: Moment): void
}

interface Course {
  readonly objective: Objective
  progress: number
  isDone: boolean
  obstacle: string | undefined
  since: Moment | undefined
}

export function createObjectives(missionId: string, objectives: readonly Objective[], emit: Emit): Objectives {
  const courses = objectives.map(
    (objective): Course => ({ objective, progress: 0, isDone: false, obstacle: undefined, since: undefined }),
  )
  const isDone = (id: string): boolean => courses.some((course) => course.objective.id === id && course.isDone)

  function update(course: Course, now: Moment): void {
    const { objective } = course
    const { target } = objective
    const about = { missionId, objectiveId: objective.id }
    const obstacle = objective.obstacle?.(now, isDone)
    if (obstacle !== undefined) {
      if (obstacle !== course.obstacle) emit('objective:blocked', { ...about, reason: obstacle })
      course.obstacle = obstacle
      return
    }
    course.since ??= now
    const progress = Math.min(target, Math.max(course.progress, Math.floor(objective.measure(now, course.since))))
    // Progress also says that an obstacle is out of the way.
    if (progress !== course.progress || course.obstacle !== undefined) {
      emit('objective:progress', { ...about, progress, target })
    }
    course.progress = progress
    course.obstacle = undefined
    if (progress < target) return
    course.isDone = true
    emit('objective:completed', about)
  }

  return {
    get areDone() {
      return courses.every((course) => course.isDone)
    },
    update(now) {
      for (const course of courses) if (!course.isDone) update(course, now)
    },
  }
}

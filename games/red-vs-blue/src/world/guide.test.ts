import { expect, it } from 'vitest'
import { createGuide, type Lesson } from './guide.ts'
import { createTape, momentAt } from './test-doubles.ts'

const lesson = (id: string, isDone: Lesson['isDone'], canSkip = true): Lesson => ({
  id,
  title: `Learn to ${id}`,
  description: `How to ${id}`,
  controlHint: 'Press it',
  laterHint: 'Press it harder',
  canSkip,
  action: `Did ${id}`,
  followUpNarrative: 'Well done',
  isDone,
})

function begin(canSkip = true) {
  const tape = createTape()
  const lessons = [
    lesson('fly', ({ stats }) => stats.flying),
    lesson('fire', ({ stats }, since) => stats.shots - since.stats.shots >= 2, canSkip),
  ]
  const guide = createGuide(lessons, tape.emit)
  expect(guide.lesson).toBeUndefined()
  guide.begin(momentAt(0))
  return { guide, tape }
}

const names = (taken: readonly (readonly [string, object])[]) => taken.map(([name]) => name.replace('tutorial:', ''))

it('leads from lesson to lesson, and tells what each is about', () => {
  const { guide, tape } = begin()
  expect(tape.take()).toEqual([
    ['tutorial:started', { totalSteps: 2 }],
    [
      'tutorial:step_started',
      {
        stepId: 'fly',
        stepIndex: 0,
        totalSteps: 2,
        title: 'Learn to fly',
        description: 'How to fly',
        canSkip: true,
        controlHint: 'Press it',
      },
    ],
  ])
  guide.update(momentAt(1))
  expect(tape.take()).toEqual([])
  guide.update(momentAt(30, { flying: true, shots: 9 }))
  const completed = {
    stepId: 'fly',
    stepIndex: 0,
    action: 'Did fly',
    followUpNarrative: 'Well done',
    metadata: { ticks: 30 },
  }
  expect(tape.take()).toMatchObject([
    ['tutorial:step_completed', completed],
    ['tutorial:step_started', { stepId: 'fire', stepIndex: 1 }],
  ])
  expect(guide.lesson?.id).toBe('fire')
})

it('counts from the lesson’s beginning', () => {
  const { guide, tape } = begin()
  guide.update(momentAt(30, { flying: true, shots: 9 }))
  guide.update(momentAt(31, { flying: true, shots: 10 }))
  tape.take()
  guide.update(momentAt(32, { flying: true, shots: 11 }))
  expect(tape.take().at(-1)).toEqual(['tutorial:completed', { completedSteps: 2 }])
  expect(guide.lesson).toBeUndefined()
  guide.update(momentAt(33, { flying: true, shots: 99 }))
  expect(tape.take()).toEqual([])
})

it('shows another hint after four seconds, once a lesson', () => {
  const { guide, tape } = begin()
  tape.take()
  guide.update(momentAt(239))
  expect(tape.take()).toEqual([])
  guide.update(momentAt(240))
  guide.update(momentAt(480))
  expect(tape.take()).toEqual([['tutorial:control_hint_updated', { stepId: 'fly', controlHint: 'Press it harder' }]])
  guide.update(momentAt(500, { flying: true }))
  guide.update(momentAt(740, { flying: true }))
  expect(names(tape.take())).toEqual(['step_completed', 'step_started', 'control_hint_updated'])
})

it('is left where the lesson allows it, and only there', () => {
  const { guide, tape } = begin(false)
  tape.take()
  expect(guide.skip()).toBe(true)
  expect(tape.take()).toEqual([
    ['tutorial:skipped', { reason: 'player', action: 'Left the tutorial', completedSteps: 0 }],
  ])
  expect(guide.lesson).toBeUndefined()
  expect(guide.skip()).toBe(false)

  const other = begin(false)
  other.guide.update(momentAt(1, { flying: true }))
  other.tape.take()
  expect(other.guide.skip()).toBe(false)
  expect(other.tape.take()).toEqual([])
})

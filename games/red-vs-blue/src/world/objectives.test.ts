import { expect, it } from 'vitest'
import { createObjectives, type Objective } from './objectives.ts'
import { createTape, momentAt } from './test-doubles.ts'

const plan: readonly Objective[] = [
  { id: 'fly', title: 'Fly', target: 1, measure: ({ stats }) => stats.taken },
  {
    id: 'hold',
    title: 'Hold',
    target: 3,
    measure: (now, since) => (now.stats.ticksFlown - since.stats.ticksFlown) / 60,
    obstacle({ stats }, isDone) {
      if (!isDone('fly')) return 'no ship yet'
      return stats.flying ? undefined : 'lost'
    },
  },
]

function begin() {
  const tape = createTape()
  const objectives = createObjectives('mission', plan, tape.emit)
  const update = (...moment: Parameters<typeof momentAt>) => {
    objectives.update(momentAt(...moment))
    return tape.take()
  }
  return { objectives, update }
}

const about = (objectiveId: string, more: object = {}) => ({ missionId: 'mission', objectiveId, ...more })

it('tells once what holds an objective up, and when it does no longer', () => {
  const { update } = begin()
  expect(update(0)).toEqual([['objective:blocked', about('hold', { reason: 'no ship yet' })]])
  expect(update(1)).toEqual([])
  expect(update(2, { taken: 1, flying: true })).toEqual([
    ['objective:progress', about('fly', { progress: 1, target: 1 })],
    ['objective:completed', about('fly')],
    ['objective:progress', about('hold', { progress: 0, target: 3 })],
  ])
  expect(update(3, { taken: 1 })).toEqual([['objective:blocked', about('hold', { reason: 'lost' })]])
})

it('measures from where nothing held it up, in whole steps, and never back', () => {
  const { objectives, update } = begin()
  update(0, { taken: 1, flying: true, ticksFlown: 600 })
  expect(update(1, { taken: 1, flying: true, ticksFlown: 659 })).toEqual([])
  expect(update(2, { taken: 1, flying: true, ticksFlown: 725 })).toEqual([
    ['objective:progress', about('hold', { progress: 2, target: 3 })],
  ])
  expect(update(3, { taken: 1, flying: true, ticksFlown: 600 })).toEqual([])
  expect(objectives.areDone).toBe(false)
  expect(update(4, { taken: 1, flying: true, ticksFlown: 9999 })).toEqual([
    ['objective:progress', about('hold', { progress: 3, target: 3 })],
    ['objective:completed', about('hold')],
  ])
  expect(objectives.areDone).toBe(true)
  expect(update(5)).toEqual([])
})

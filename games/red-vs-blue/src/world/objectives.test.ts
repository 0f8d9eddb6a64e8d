import { expect, it } from 'vitest'
import { createObjectives, type Objective } from './objectives.ts'
import { createTape, momentAt } from './test-doubles.ts'

const plan: readonly Objective[] = [
  { id: 'fly', title: 'Fly', target: 1, measure: ({ deeds }) => deeds.taken },
  {
    id: 'hold',
    title: 'Hold',
    target: 3,
    measure: (now, since) => (now.deeds.ticksFlown - since.deeds.ticksFlown) / 60,
    obstacle({ deeds }, isDone) {
      if (!isDone('fly')) return 'no ship yet'
      return deeds.flying ? undefined : 'lost'
    },
  },
]

function begin() {
  const tape = createTape()
  const objectives = createObjectives('mission', plan, tape.tell)
  const settle = (...moment: Parameters<typeof momentAt>) => {
    objectives.settle(momentAt(...moment))
    return tape.take()
  }
  return { objectives, settle }
}

const about = (objectiveId: string, more: object = {}) => ({ missionId: 'mission', objectiveId, ...more })

it('tells once what holds an objective up, and when it does no longer', () => {
  const { settle } = begin()
  expect(settle(0)).toEqual([['objective:blocked', about('hold', { reason: 'no ship yet' })]])
  expect(settle(1)).toEqual([])
  expect(settle(2, { taken: 1, flying: true })).toEqual([
    ['objective:progress', about('fly', { progress: 1, target: 1 })],
    ['objective:completed', about('fly')],
    ['objective:progress', about('hold', { progress: 0, target: 3 })],
  ])
  expect(settle(3, { taken: 1 })).toEqual([['objective:blocked', about('hold', { reason: 'lost' })]])
})

it('measures from where nothing held it up, in whole steps, and never back', () => {
  const { objectives, settle } = begin()
  settle(0, { taken: 1, flying: true, ticksFlown: 600 })
  expect(settle(1, { taken: 1, flying: true, ticksFlown: 659 })).toEqual([])
  expect(settle(2, { taken: 1, flying: true, ticksFlown: 725 })).toEqual([
    ['objective:progress', about('hold', { progress: 2, target: 3 })],
  ])
  expect(settle(3, { taken: 1, flying: true, ticksFlown: 600 })).toEqual([])
  expect(objectives.areDone).toBe(false)
  expect(settle(4, { taken: 1, flying: true, ticksFlown: 9999 })).toEqual([
    ['objective:progress', about('hold', { progress: 3, target: 3 })],
    ['objective:completed', about('hold')],
  ])
  expect(objectives.areDone).toBe(true)
  expect(settle(5)).toEqual([])
})

import { expect, it } from 'vitest'
import { labelChanges } from './label-changes.ts'

it('names what came, what went and what is another, with the event from which it is so', () => {
  const earlierLabels = [
    { from: 1, until: 3 },
    { from: 3, until: 8, labels: { player: 'guest', gpu: 'x' } },
  ]
  expect(labelChanges({ earlierLabels, labels: { player: 'ada', constructor: 'c' } })).toEqual([
    { seq: 3, label: 'player', before: undefined, after: 'guest' },
    { seq: 3, label: 'gpu', before: undefined, after: 'x' },
    { seq: 8, label: 'player', before: 'guest', after: 'ada' },
    { seq: 8, label: 'gpu', before: 'x', after: undefined },
    { seq: 8, label: 'constructor', before: undefined, after: 'c' },
  ])
  expect(labelChanges({ labels: { player: 'ada' } })).toEqual([])
})

import { expect, it } from 'vitest'
import { followLosses } from './losses.ts'

const reasons = (over = {}) => ({ rejected: {}, dropped: {}, refused: {}, ...over })

it('tells what grew, and when, the newest first', () => {
  const first = followLosses(undefined, {
    at: 1,
    reasons: reasons({ rejected: { bad_text: 5 }, refused: { forbidden: 9 } }),
  })
  expect(first).toEqual([
    { kind: 'refused', reason: 'forbidden', count: 9, grewAtMs: undefined },
    { kind: 'rejected', reason: 'bad_text', count: 5, grewAtMs: undefined },
  ])
  const next = {
    at: 2,
    reasons: reasons({ rejected: { bad_text: 6 }, dropped: { overflow: 1 }, refused: { forbidden: 9 } }),
  }
  expect(followLosses(first, next).map(({ reason, grewAtMs }) => [reason, grewAtMs])).toEqual([
    ['bad_text', 2],
    ['overflow', 2],
    ['forbidden', undefined],
  ])
  expect(followLosses(followLosses(first, next), { ...next, at: 3 }).map(({ grewAtMs }) => grewAtMs)).toEqual([
    2,
    2,
    undefined,
  ])
})

it('takes counts that fell for a collector that was started again', () => {
  const first = followLosses(undefined, { at: 1, reasons: reasons({ dropped: { overflow: 5 } }) })
  expect(followLosses(first, { at: 2, reasons: reasons({ dropped: { overflow: 1 } }) })).toEqual([
    { kind: 'dropped', reason: 'overflow', count: 1, grewAtMs: undefined },
  ])
})

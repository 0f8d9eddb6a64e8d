import { expect, it } from 'vitest'
import { type ExportFailure, type ExportStage, exitCodeOfFailures, failOnChoices } from './failures.ts'

const exitCodes = (stage: ExportStage, code: ExportFailure['code'] = 'game_failed'): number[] => {
  return failOnChoices.map((failOn) => exitCodeOfFailures([{ stage, code, message: '' }], failOn))
}

it('lets failOn decide which failures count', () => {
  expect(failOnChoices).toEqual(['publish', 'write', 'none'])
  expect(failOnChoices.map((failOn) => exitCodeOfFailures([], failOn))).toEqual([0, 0, 0])
  expect(exitCodes('publish')).toEqual([1, 0, 0])
  for (const stage of ['game', 'play', 'export', 'write', 'summary'] as const)
    expect(exitCodes(stage)).toEqual([1, 1, 0])
})

it('never hides a wrong command line or an interruption', () => {
  expect(exitCodes('usage')).toEqual([2, 2, 2])
  expect(exitCodes('publish', 'interrupted')).toEqual([130, 130, 130])
})

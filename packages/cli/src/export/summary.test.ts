import { expect, it } from 'vitest'
import { failOnChoices } from './settings.ts'
import { type ExportFailure, type ExportStage, emptySummary, exitCodeOfSummary, withFailure } from './summary.ts'

const exitCodes = (stage: ExportStage, code: ExportFailure['code'] = 'game_failed'): number[] => {
  const summary = withFailure(emptySummary, { stage, code, message: '' })
  return failOnChoices.map((failOn) => exitCodeOfSummary(summary, failOn))
}

it('lets failOn decide which failures count', () => {
  expect(failOnChoices).toEqual(['publish', 'write', 'none'])
  expect(failOnChoices.map((failOn) => exitCodeOfSummary(emptySummary, failOn))).toEqual([0, 0, 0])
  expect(exitCodes('publish')).toEqual([1, 0, 0])
  for (const stage of ['game', 'play', 'export', 'write', 'summary'] as const)
    expect(exitCodes(stage)).toEqual([1, 1, 0])
})

it('never hides a wrong command line or an interruption', () => {
  expect(exitCodes('usage')).toEqual([2, 2, 2])
  expect(exitCodes('publish', 'interrupted')).toEqual([130, 130, 130])
})

it('is not ok with a failure, and leaves the summary before it as it was', () => {
  const failure = { stage: 'write', code: 'disk_full', message: 'm' } as const
  expect(withFailure(emptySummary, failure)).toMatchObject({ ok: false, failures: [failure] })
  expect(emptySummary).toMatchObject({ ok: true, failures: [] })
})

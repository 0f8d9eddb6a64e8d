import { expect, it } from 'vitest'
import { emptySummary, withFailure } from './summary.ts'

it('is not ok with a failure, and leaves the summary before it as it was', () => {
  const failure = { stage: 'write', code: 'disk_full', message: 'm' } as const
  expect(withFailure(emptySummary, failure)).toMatchObject({ ok: false, failures: [failure] })
  expect(emptySummary).toMatchObject({ ok: true, failures: [] })
})

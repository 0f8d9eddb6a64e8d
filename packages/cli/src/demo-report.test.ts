import { expect, it } from 'vitest'
import { type DemoReport, isBalanced } from './demo-report.ts'

const report: DemoReport = { pushed: 9, acked: 9, stored: 6, dropped: 2, rejected: 1, missing: 0, sessionId: 's' }

it('is balanced where the ledger accounts for all that the client pushed', () => {
  expect(isBalanced(report)).toBe(true)
  expect(isBalanced({ ...report, stored: 5 })).toBe(false)
  expect(isBalanced({ ...report, stored: 7 })).toBe(false)
  expect(isBalanced({ ...report, stored: 5, missing: 1 })).toBe(false)
})

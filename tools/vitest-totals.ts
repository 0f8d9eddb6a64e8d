/** Counts a Vitest run: type tests too, and what failed outside of any test. */
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { writeTotals } from './totals.ts'

export default class VitestTotals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const results = tests.map((test) => ({ name: test.fullName, ...test.result() }))
    const broken = modules.filter((module) => module.errors().length > 0)
    writeTotals({
      passed: results.filter(({ state }) => state === 'passed').length,
      failed: results.filter(({ state }) => state === 'failed').length + broken.length + unhandled.length,
      skipped: results
        .filter(({ state }) => state === 'skipped' || state === 'pending')
        .map((result) => ({ name: result.name, reason: ('note' in result && result.note) || 'gave no reason' })),
    })
  }
}

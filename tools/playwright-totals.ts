/** Counts a Playwright run, and what failed outside of any test; names what passed only when it was tried again. */
import type { FullConfig, Reporter, Suite } from '@playwright/test/reporter'
import { writeTotals } from './totals.ts'

export default class PlaywrightTotals implements Reporter {
  #suite: Suite | undefined
  #errors = 0

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite
  }

  onError(): void {
    this.#errors += 1
  }

  onEnd(): void {
    const tests = this.#suite?.allTests() ?? []
    const skipped = tests.filter((test) => test.outcome() === 'skipped')
    const failed = tests.filter((test) => test.outcome() === 'unexpected')
    writeTotals({
      passed: tests.length - skipped.length - failed.length,
      failed: failed.length + this.#errors,
      skipped: skipped.map(({ title, annotations }) => ({
        name: title,
        reason: annotations.find(({ type }) => type === 'skip')?.description ?? 'gave no reason',
      })),
      flaky: tests
        .filter((test) => test.outcome() === 'flaky')
        .map((test) => test.titlePath().filter(Boolean).join(' › ')),
    })
  }

  printsToStdio(): boolean {
    return false
  }
}

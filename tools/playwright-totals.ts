/** Counts a Playwright run, and what failed outside of any test; names what passed only when it was tried again. */
import type { FullConfig, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter'
import { causeOf, type Fault, writeTotals } from './totals.ts'

export default class PlaywrightTotals implements Reporter {
  #suite: Suite | undefined
  readonly #errors: Fault[] = []

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite
  }

  onError(error: TestError): void {
    this.#errors.push({ name: 'outside of any test', cause: causeOf([error]) })
  }

  onEnd(): void {
    const tests = this.#suite?.allTests() ?? []
    const skipped = tests.filter((test) => test.outcome() === 'skipped')
    const failed = tests.filter((test) => test.outcome() === 'unexpected')
    writeTotals({
      passed: tests.length - skipped.length - failed.length,
      failed: failed.length + this.#errors.length,
      skipped: skipped.map(({ title, annotations }) => ({
        name: title,
        reason: annotations.find(({ type }) => type === 'skip')?.description ?? 'gave no reason',
      })),
      flaky: tests.filter((test) => test.outcome() === 'flaky').map(nameOf),
      faults: [
        ...failed.map((test) => ({ name: nameOf(test), cause: causeOf(test.results.at(-1)?.errors ?? []) })),
        ...this.#errors,
      ],
    })
  }

  printsToStdio(): boolean {
    return false
  }
}

const nameOf = (test: TestCase): string => test.titlePath().filter(Boolean).join(' › ')

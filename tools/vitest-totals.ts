/** Counts a Vitest run: type tests too, and what failed outside of any test; names what passed only when it was tried again. */
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'
import { causeOf, writeTotals } from './totals.ts'

export default class VitestTotals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const results = tests.map((test) => ({ name: test.fullName, ...test.result() }))
    const broken = modules.filter((module) => module.errors().length > 0)
    const flaky = tests.filter((test) => test.diagnostic()?.flaky)
    // Vitest's own reporters pass over what the first try failed with.
    for (const test of flaky) console.log(`flaky: ${nameOf(test)}\n${causeOf(test.result().errors ?? [])}`)
    writeTotals({
      passed: results.filter(({ state }) => state === 'passed').length,
      failed: results.filter(({ state }) => state === 'failed').length + broken.length + unhandled.length,
      skipped: results
        .filter(({ state }) => state === 'skipped' || state === 'pending')
        .map((result) => ({ name: result.name, reason: ('note' in result && result.note) || 'gave no reason' })),
      flaky: flaky.map(nameOf),
      faults: [
        ...tests
          .filter((test) => test.result().state === 'failed')
          .map((test) => ({ name: nameOf(test), cause: causeOf(test.result().errors ?? []) })),
        ...broken.map((module) => ({ name: module.relativeModuleId, cause: causeOf(module.errors()) })),
        ...unhandled.map((error) => ({ name: 'outside of any test', cause: causeOf([error]) })),
      ],
    })
  }
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId} › ${test.fullName.replaceAll(' > ', ' › ')}`

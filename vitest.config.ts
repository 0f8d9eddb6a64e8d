/** Configures the tests that need no browser, in four projects. */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import LongestFirst from './tools/longest-first.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Tests with real parts wait for a process, a disk or a clock, half of their time. */
const workers = 2 * availableParallelism()

/** Its many processes would starve whatever runs beside them. */
const conservation = ['tests/conservation/conservation.test.ts']

/** Of all properties that may be tried again, so that the second try asks about the same values. What fails names it. */
process.env.DOWNLINK_PROPERTY_SEED ??= String(Date.now() % 1_000_000)

/** A machine of a CI may stand still for seconds. What passes only when it is tried again is named in the totals. */
const retry = process.env.CI ? 1 : 0

const setupFiles = [path('tests/property-seed.ts')]

/** Bounds a test that hangs: beyond any that is only slow, for the waits of the harnesses have a bound of their own. */
const realParts = { testTimeout: 120_000, hookTimeout: 120_000 }

/**
 * `unit` beside the file it tests, a worker a core; `integration` in a package's `test/` with real parts, two workers a
 * core; then `conservation` alone. `cluster` with NATS and ClickHouse beside it, a file at a time: several processes each.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ['default', path('tools/vitest-totals.ts'), path('tools/vitest-coverage.ts')],
    coverage: {
      include: ['{packages,games}/*/src/**/*.{ts,tsx}'],
      exclude: ['**/test-doubles.ts', '**/*.test-d.ts'],
      reporter: ['html', ['text', { file: 'files.txt', maxCols: 160 }]],
    },
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers: '100%',
          // What is imported does nothing by itself, so that files may share it: loading it for each is most of their time.
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
          sequence: { groupOrder: 0 },
          include: ['{packages,games}/*/src/**/*.test.{ts,tsx}'],
          // Property tests take their time on a busy machine.
          testTimeout: 30_000,
          typecheck: {
            enabled: true,
            include: ['{packages,games}/*/src/**/*.test-d.ts'],
            tsconfig: 'tests/tsconfig.json',
          },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{packages,games}/*/test/**/*.test.ts', 'tests/*.test.ts', 'tests/conservation/*.test.ts'],
          exclude: conservation,
          maxWorkers: workers,
          sequence: { groupOrder: 1 },
          setupFiles,
          retry,
          ...realParts,
        },
      },
      {
        test: {
          name: 'conservation',
          include: conservation,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          setupFiles,
          ...realParts,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          setupFiles,
          retry,
          ...realParts,
        },
      },
    ],
  },
})

/** Configures the tests that need no browser, in three projects. */
import { defineConfig } from 'vitest/config'

/** Bounds a test that hangs. One of five processes, each of which opens a database, takes its time, too. */
const realParts = { testTimeout: 60_000, hookTimeout: 60_000 }

/**
 * `unit` beside the file it tests, `integration` in a package's `test/` with real parts, a worker a core; then
 * `conservation` alone, since its many processes would starve whatever runs beside them.
 */
export default defineConfig({
  test: {
    reporters: ['default', './tools/vitest-totals.ts', './tools/vitest-coverage.ts'],
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
          include: ['{packages,games}/*/test/**/*.test.ts', 'tests/*.test.ts'],
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
          ...realParts,
        },
      },
      {
        test: {
          name: 'conservation',
          include: ['tests/conservation/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          ...realParts,
        },
      },
    ],
  },
})

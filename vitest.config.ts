import { defineConfig } from 'vitest/config'

/** Two kinds of test: `unit` beside the file it tests, `integration` in a package's `test/` with real parts. */
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
          include: ['{packages,games}/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
          // Bounds a test that hangs. One of five processes, each of which opens a database, takes its time, too.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})

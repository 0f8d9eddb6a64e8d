/** Configures the whole-system specs, which run in a real browser. */
import { availableParallelism } from 'node:os'
import type { TelemetryTestOptions, TelemetryWorkerOptions } from '@downlink/playwright'
import game from '@downlink/red-vs-blue'
import { defineConfig, devices } from '@playwright/test'
import { chromiumFlags, findChromium } from './tools/chromium.ts'

/** Reading this file needs no browser, for others read it too (knip, editors); running the specs does. */
const executablePath = findChromium()

export default defineConfig<TelemetryTestOptions, TelemetryWorkerOptions>({
  testDir: 'tests/e2e',
  globalSetup: './tools/chromium.ts',
  outputDir: 'test-results/traces',
  // Half of a test is waiting: for frames, for clocks, for a collector to start.
  workers: 2 * availableParallelism(),
  // A machine of a CI may stand still for seconds. What passes only then is named in the totals.
  retries: process.env.CI ? 1 : 0,
  // Bounds what hangs, on a machine that takes several times as long as it should.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [
    ['list'],
    ['html', { open: 'never' }],
    ['json', { outputFile: 'test-results/playwright.json' }],
    ['./tools/playwright-totals.ts'],
  ],
  use: {
    trace: { mode: 'retain-on-failure', screenshots: false },
    // For the specs that take `test` from @downlink/playwright: a collector a worker, which serves the game as well.
    telemetryEvents: game.events,
    telemetryPages: { '/play': { folder: game.pageFolder } },
    telemetryCapture: 'on-failure',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        ...devices['Desktop Chrome'],
        launchOptions: {
          ...(executablePath !== undefined && { executablePath }),
          args: [...chromiumFlags],
          ignoreDefaultArgs: ['--disable-back-forward-cache'],
        },
      },
    },
  ],
})

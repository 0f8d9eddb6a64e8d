/** Configures a user's project, run by playwright-package.spec.ts: two projects and an HTML report. */
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { chromiumFlags, findChromium } from '../../../tools/chromium.ts'

const { NESTED_OUTPUT: output } = process.env
if (output === undefined) throw new Error('Expected NESTED_OUTPUT: this project is run by playwright-package.spec.ts')
const executablePath = findChromium()
const launchOptions = { args: [...chromiumFlags], ...(executablePath !== undefined && { executablePath }) }

export default defineConfig({
  testMatch: '*.nested.ts',
  outputDir: join(output, 'results'),
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 45_000 },
  reporter: [
    ['html', { open: 'never', outputFolder: join(output, 'report') }],
    ['json', { outputFile: join(output, 'report.json') }],
  ],
  projects: [
    { name: 'first', use: { launchOptions } },
    { name: 'second', use: { launchOptions }, grep: /@both/ },
  ],
})

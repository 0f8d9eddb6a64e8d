/** The guide's table of what `createTelemetry` takes, against what it takes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TelemetryOptions, telemetryDefaults } from '@downlink/client'
import { expect, it } from 'vitest'

/** This does not compile where an option is missing, or is none. */
const every: Readonly<Record<keyof TelemetryOptions, true>> = {
  url: true,
  key: true,
  getToken: true,
  enabled: true,
  consent: true,
  delivery: true,
  spool: true,
  capacity: true,
  overflow: true,
  recentEvents: true,
  policies: true,
  copy: true,
  redact: true,
  batchSize: true,
  drainIntervalMs: true,
  windowEvents: true,
  maxBufferedBytes: true,
  ackDeadlineMs: true,
  backoffBaseMs: true,
  backoffCapMs: true,
  minUptimeMs: true,
  exitBudgetBytes: true,
  build: true,
  labels: true,
  schema: true,
  version: true,
  sessionId: true,
  environment: true,
}

it('names every option, once, with its default', async () => {
  const guide = await readFile(join(import.meta.dirname, '../docs/guides/instrument-your-game.md'), 'utf8')
  const [, section = ''] = guide.split('## Every option')
  const [table = ''] = section.split('\n## ')
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(every).map((name) => `\`${name}\``))
  for (const [name, value] of Object.entries(telemetryDefaults)) {
    expect(rows.find(([, cell]) => cell === `\`${name}\``)?.[4]).toBe(String(value))
  }
})

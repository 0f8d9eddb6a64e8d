import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createServer } from './server.ts'
import { resolveOptions } from './settings.ts'

it('starts however long a machine stands still at its start', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const server = createServer(pino({ level: 'silent' }), resolveOptions({}))
  server.register(async () => {
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  })
  const started = server.ready().then(() => 'started')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await started).toBe('started')
})

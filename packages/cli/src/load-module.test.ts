import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it, vi } from 'vitest'
import { loadModule } from './load-module.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('gives a module a minute to load, and says every five seconds that it waits', async () => {
  vi.useFakeTimers()
  const told: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0)
  const loading = loadModule(fileURLToPath(new URL('../test/fixtures/waiting-module.mjs', import.meta.url)))
  const refused = expect(loading).rejects.toMatchObject({
    code: 'bad_module',
    message: expect.stringContaining('it had not loaded after 60 s'),
  })
  await vi.advanceTimersByTimeAsync(60_000)
  await refused
  expect(told.filter((line) => line.includes('is still loading'))).toHaveLength(12)
  expect(told[0]).toMatch(/waiting-module\.mjs is still loading, after 5 s/)
  expect(vi.getTimerCount()).toBe(0)
})

it('is one gate through which all leaves: no other file writes to the streams of the process', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const writers = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => /console\.|process\.std(out|err)\.write/.test(readFileSync(`${folder}${file}`, 'utf8')))
  // The log, errors of the command and of modules, and the export's own ports: each passes its text through `output.ts`.
  expect(writers.sort()).toEqual(['export/ports.ts', 'log.ts', 'main.ts', 'module-guard.ts', 'output.ts'])
})

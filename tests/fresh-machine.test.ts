/** What a machine without a browser sees: everything but the browser part works, and that one says what to do. */
import { expect, it } from 'vitest'
import { root, run, toolPath } from '../tools/node-tool.ts'
import { partVariable } from '../tools/totals.ts'

const nowhere = '/nowhere/chromium'
/** No part: what these runs count must not be summed with ours. */
const envOf = (chromium: string) => ({ DOWNLINK_CHROMIUM: chromium, [partVariable]: undefined })
const runTool = (script: string, ...args: string[]) => run(process.execPath, [script, ...args], { env: envOf(nowhere) })

// Of all checks it is the one that reads the configuration of the browser tests.
it('checks the repository without a browser', async () => {
  const { exitCode, output } = await runTool(toolPath('jiti'), 'tools/check.ts', 'undeclared imports')
  expect(output).not.toContain('failed')
  expect(exitCode).toBe(0)
})

it.each([
  ['is missing', nowhere],
  ['is a folder', root],
])('says before the first spec which browser %s, and how to get one', async (_what, chromium) => {
  const args = [toolPath('@playwright/test', 'playwright'), 'test', 'play.spec.ts']
  const { exitCode, output } = await run(process.execPath, args, { env: envOf(chromium) })
  expect(output).toContain(`DOWNLINK_CHROMIUM names ${chromium}, and no program is there. Install one`)
  expect(output).not.toContain('Running')
  expect(exitCode).toBe(1)
})

it('counts a browser part without a browser as failed', async () => {
  const { exitCode, output } = await runTool(toolPath('jiti'), 'tools/test.ts', 'browser')
  expect(output).toContain(`DOWNLINK_CHROMIUM names ${nowhere}`)
  expect(output.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed')
  expect(exitCode).toBe(1)
})

/** A test that passes only when it is tried again: in CI it is named, elsewhere it fails. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { root, runNode, toolPath } from '../tools/node-tool.ts'
import { partVariable, takeTotals } from '../tools/totals.ts'

const flaky = `
  import { expect, it } from 'vitest'
  let tries = 0
  it('is flaky', () => expect(++tries).toBe(2))
  it('is sound', () => {})
  let runs = 0
  it('has found values that break a property', () => {
    if (++runs === 1) throw new Error('Property failed after 3 tests')
  })
`

const property = {
  name: 'tests/flaky.test.ts › has found values that break a property',
  cause: expect.stringMatching(/^Error: Property failed after 3 tests\n.*flaky\.test\.ts/),
}

async function runFlaky(ci: string | undefined) {
  const results = join(root, 'test-results')
  await mkdir(results, { recursive: true })
  // Where this repository's modules are found, and none of its tests.
  const folder = await mkdtemp(join(results, 'flaky-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'tests'))
  await writeFile(join(folder, 'tests', 'flaky.test.ts'), flaky)
  const args = ['run', '--config', join(root, 'vitest.config.ts'), '--root', folder, '--project', 'integration']
  const env = { CI: ci, [partVariable]: 'flaky' }
  const { exitCode, output } = await runNode(toolPath('vitest'), args, { env })
  return { exitCode, output, totals: takeTotals('flaky') }
}

it('counts it as passed, names it and says what it failed with, where it runs in CI', async () => {
  const { exitCode, output, totals } = await runFlaky('true')
  const name = 'tests/flaky.test.ts › is flaky'
  expect(output).toContain(`flaky: ${name}\nAssertionError: expected 1 to be 2`)
  expect([exitCode, totals]).toEqual([1, { passed: 2, failed: 1, skipped: [], flaky: [name], faults: [property] }])
})

it('fails at once where it runs elsewhere', async () => {
  const { exitCode, totals } = await runFlaky(undefined)
  const assertion = {
    name: 'tests/flaky.test.ts › is flaky',
    cause: expect.stringContaining('AssertionError: expected 1 to be 2'),
  }
  expect([exitCode, totals]).toEqual([
    1,
    { passed: 1, failed: 2, skipped: [], flaky: [], faults: [assertion, property] },
  ])
})

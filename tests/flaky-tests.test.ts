/** A test that passes only when it is tried again: in CI it is named, elsewhere it fails. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { root, runNode, toolPath } from '../tools/node-tool.ts'
import { partVariable, takeTotals } from '../tools/totals.ts'

const flaky = `
  import fc from 'fast-check'
  import { expect, it } from 'vitest'
  let tries = 0
  it('is flaky', () => expect(++tries).toBe(2))
  it('is sound', () => {})
  it('is broken', () => expect('broken').toBe('sound'))
  const asked = []
  it('asks about the same values again', () => {
    asked.push(fc.sample(fc.integer()))
    expect(asked).toEqual([asked[0], asked[0]])
  })
`

const names = ['is flaky', 'asks about the same values again'].map((name) => `tests/flaky.test.ts › ${name}`)

const broken = {
  name: 'tests/flaky.test.ts › is broken',
  cause: expect.stringMatching(/^AssertionError: expected 'broken' to be 'sound'.*flaky\.test\.ts/s),
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
  const env = { CI: ci, DOWNLINK_PROPERTY_SEED: undefined, [partVariable]: 'flaky' }
  const { exitCode, output } = await runNode(toolPath('vitest'), args, { env })
  return { exitCode, output, totals: takeTotals('flaky') }
}

it('counts it as passed, names it and says what it failed with, where it runs in CI', async () => {
  const { exitCode, output, totals } = await runFlaky('true')
  expect(output).toContain(`flaky: ${names[0]}\nAssertionError: expected 1 to be 2`)
  expect([exitCode, totals]).toEqual([1, { passed: 3, failed: 1, skipped: [], flaky: names, faults: [broken] }])
})

it('fails at once where it runs elsewhere', async () => {
  const { exitCode, totals } = await runFlaky(undefined)
  const faults = [names[0], broken.name, names[1]].map((name) => expect.objectContaining({ name }))
  expect([exitCode, totals]).toEqual([1, { passed: 1, failed: 3, skipped: [], flaky: [], faults }])
})

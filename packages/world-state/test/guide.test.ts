import { readFile } from 'node:fs/promises'
import { createJiti } from 'jiti'
import { expect, it, vi } from 'vitest'

const guide = new URL('../../../docs/tech/world-state-store.md', import.meta.url)

it('the code of the guide runs, and what it asserts holds', async () => {
  const text = await readFile(guide, 'utf8')
  const code = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)
  const asserted = vi.spyOn(console, 'assert').mockImplementation(() => {})
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const jiti = createJiti(import.meta.url)
  await jiti.evalModule(code.join('\n'), { filename: `${import.meta.dirname}/guide.ts`, async: true })
  expect(asserted.mock.calls.length).toBeGreaterThan(8)
  for (const [at, [holds]] of asserted.mock.calls.entries()) expect([at, holds]).toEqual([at, true])
})

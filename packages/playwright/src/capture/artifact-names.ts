/** Names of attachments: the artifact's own, and numbered where the test has one of that name already. */
import { posix } from 'node:path'
import { nameKey } from '@downlink/artifacts'
import type { TestInfo } from '@playwright/test'

/** Of captures that are still under way, too; nothing keeps a test that is over. */
const takenBy = new WeakMap<object, Set<string>>()

/** Takes a name for each artifact, for this test: `a.json`, and `a-2.json` for the next of that name. */
export function takeNames(
  test: Pick<TestInfo, 'attachments'>,
  artifacts: readonly { readonly filename: string }[],
): readonly string[] {
  const taken = takenBy.get(test) ?? new Set()
  takenBy.set(test, taken)
  for (const { name } of test.attachments) taken.add(nameKey(name))
  return artifacts.map(({ filename }) => {
    const extension = posix.extname(filename)
    const stem = filename.slice(0, filename.length - extension.length)
    let name = filename
    for (let number = 2; taken.has(nameKey(name)); number++) name = `${stem}-${number}${extension}`
    taken.add(nameKey(name))
    return name
  })
}

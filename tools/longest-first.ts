/** Orders test files: those that take longest begin first, so that none of them runs alone at the end. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { root } from './node-tool.ts'

/** Over 25 s on a quiet machine, longest first. A fresh clone remembers no run, and would go by the size of files. */
const longest: readonly string[] = [
  'packages/collector/test/restart.test.ts',
  'packages/collector/test/attacks.test.ts',
  'packages/cli/test/dump.test.ts',
  'packages/cli/test/read.test.ts',
  'packages/collector/test/damaged-database.test.ts',
  'packages/collector/test/store-process.test.ts',
  'packages/collector/test/doctor.test.ts',
  'packages/collector/test/backup.test.ts',
  'packages/collector/test/dump.test.ts',
  'packages/cli/test/process-ended.test.ts',
  'packages/cli/test/serve.test.ts',
  'packages/collector/test/older-database.test.ts',
  'packages/collector/test/damage-rounds.test.ts',
]

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = longest.filter((file) => !existsSync(join(root, file)))
    if (gone.length > 0)
      throw new Error(`Expected the files that tools/longest-first.ts names, and ${gone} is not there`)
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((file) => moduleId.endsWith(`/${file}`))
      return place < 0 ? longest.length : place
    }
    const others = await super.sort(files)
    return others.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

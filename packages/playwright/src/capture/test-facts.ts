/** Tells which run of which test this is, for the artifacts' context and for their folder. */
import { basename, isAbsolute, join, relative } from 'node:path'
import type { TestInfo } from '@playwright/test'

/** JSON. */
export interface TestFacts {
  /** Titles of the describe blocks, and the test's. */
  readonly test: string
  readonly file: string
  readonly project: string
  /** 0 for the first attempt. */
  readonly retry: number
  readonly repeat: number
  /** @example '2/3' */
  readonly shard: string | null
  readonly workerIndex: number
}

export function factsOf({
  titlePath,
  file,
  project,
  retry,
  repeatEachIndex,
  config,
  workerIndex,
}: TestInfo): TestFacts {
  const { shard, rootDir } = config
  return {
    // The first of them is the file.
    test: titlePath.slice(1).join(' › '),
    file: relative(rootDir, file).replaceAll('\\', '/'),
    project: project.name,
    retry,
    repeat: repeatEachIndex,
    shard: shard === null ? null : `${shard.current}/${shard.total}`,
    workerIndex,
  }
}

/**
 * Where a test's artifacts go. Playwright gives each attempt of each test in each project a folder of its own; under
 * another root it keeps its name.
 */
export function folderOf(
  testInfo: Pick<TestInfo, 'outputDir' | 'outputPath' | 'project'>,
  artifactRoot?: string,
): string {
  if (artifactRoot === undefined) return testInfo.outputPath('inspector')
  const own = relative(testInfo.project.outputDir, testInfo.outputDir)
  return join(artifactRoot, own === '' || own.startsWith('..') || isAbsolute(own) ? basename(testInfo.outputDir) : own)
}

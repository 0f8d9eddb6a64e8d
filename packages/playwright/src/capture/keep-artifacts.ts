/** Keeps artifacts of a test: written where its options say, as files of the test in any case, and attached. */

import { posix } from 'node:path'
import {
  type EventPort,
  type ExportContext,
  type ExportFailure,
  type ExportMetrics,
  nameKey,
} from '@downlink/artifacts'
import { createNodeAdapter } from '@downlink/artifacts/node'
import type { TestInfo } from '@playwright/test'
import type { Problem } from '../errors.ts'
import { attachArtifacts, type CapturedArtifact, pathOf } from './attach-artifacts.ts'
import type { PageArtifact } from './read-export.ts'
import { folderOf } from './test-facts.ts'
import { type AdapterPort, writeAndNotify, writeArtifacts } from './write-artifacts.ts'

export interface KeepOptions {
  readonly artifactRoot?: string | undefined
  readonly adapter?: AdapterPort | undefined
  readonly eventBus?: EventPort | undefined
}

export interface Kept {
  readonly artifacts: readonly CapturedArtifact[]
  readonly metrics: ExportMetrics
  readonly problems: readonly Problem[]
}

/**
 * Never rejects.
 *
 * @param timeoutMs for the writing
 */
export async function keepArtifacts(
  testInfo: TestInfo,
  given: readonly PageArtifact[],
  context: ExportContext,
  { artifactRoot, adapter, eventBus }: KeepOptions,
  timeoutMs: number,
): Promise<Kept> {
  const names = takeNames(testInfo, given)
  const artifacts = given.map((artifact, at) => ({ ...artifact, filename: names[at] ?? artifact.filename }))
  const writer = adapter ?? filesIn(folderOf(testInfo, artifactRoot), eventBus)
  const metrics =
    adapter && eventBus
      ? await writeAndNotify(adapter, artifacts, context, eventBus, timeoutMs)
      : await writeArtifacts(writer, artifacts, context, timeoutMs)
  let { written } = metrics
  if (adapter !== undefined || artifactRoot !== undefined) {
    // Whatever the caller's writers made of them: a CI uploads the files of the test's own folder.
    const missing = artifacts.filter((artifact) => pathOf(artifact, written) === undefined)
    const own = await writeArtifacts(filesIn(folderOf(testInfo)), missing, context, timeoutMs)
    written = [...written, ...own.written]
  }
  const attached = await attachArtifacts(testInfo, artifacts, written)
  const problems = [...writeProblems(metrics.failures), ...attached.problems]
  return { artifacts: attached.artifacts, metrics, problems }
}

function filesIn(artifactRoot: string, eventBus?: EventPort): AdapterPort {
  return createNodeAdapter({
    writers: [{ artifactRoot }],
    eventBus,
    // What fails is in the metrics, and from there in the note.
    logger: { warn() {} },
  })
}

function writeProblems([first, ...more]: readonly ExportFailure[]): readonly Problem[] {
  if (first === undefined) return []
  const rest = more.length > 0 ? `, and ${more.length} more` : ''
  const message = `Could not write ${JSON.stringify(first.filename)}: ${first.message} (${first.code})${rest}`
  return [{ code: 'write_failed', message }]
}

/** Of captures that are still under way, too; nothing keeps a test that is over. */
const takenBy = new WeakMap<object, Set<string>>()

/**
 * Takes a name for each artifact, for this test: the artifact's own, and numbered where the test has one of that name
 * already: `a.json`, and `a-2.json` for the next.
 */
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

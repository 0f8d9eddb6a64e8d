/** Keeps artifacts of a test: written where its options say, as files of the test in any case, and attached. */
import type { EventPort, ExportContext, ExportFailure, ExportMetrics } from '@downlink/artifacts'
import { createNodeAdapter } from '@downlink/artifacts/node'
import type { TestInfo } from '@playwright/test'
import { takeNames } from './artifact-names.ts'
import { attachArtifacts, type CapturedArtifact, pathOf } from './attach-artifacts.ts'
import type { Problem } from './note.ts'
import type { PageArtifact } from './read-export.ts'
import { folderOf } from './test-facts.ts'
import { type AdapterPort, writeAndTell, writeArtifacts } from './write-artifacts.ts'

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
      ? await writeAndTell(adapter, artifacts, context, eventBus, timeoutMs)
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

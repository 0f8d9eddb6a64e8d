/** Artifacts on a test, each under its own file name: by its file where there is one, else by its content. */
import { basename } from 'node:path'
import type { WrittenArtifact } from '@downlink/artifacts'
import type { TestInfo } from '@playwright/test'
import type { PageArtifact } from './read-export.ts'

export interface CapturedArtifact extends PageArtifact {
  /** Absolute; absent where no writer has made a file of it. */
  readonly path?: string
}

export async function attachArtifacts(
  testInfo: Pick<TestInfo, 'attach'>,
  artifacts: readonly PageArtifact[],
  written: readonly WrittenArtifact[],
): Promise<readonly CapturedArtifact[]> {
  const captured: CapturedArtifact[] = []
  for (const artifact of artifacts) {
    const { filename, mimeType, content } = artifact
    const path = written.find((one) => one.filename === filename && one.path !== undefined)?.path
    // Compressed, or under another name, a file is not what the attachment's name and type say.
    const source = path !== undefined && basename(path) === filename ? { path } : { body: content }
    try {
      await testInfo.attach(filename, { ...source, contentType: mimeType })
    } catch {
      // The file is gone, or can't be read.
      await testInfo.attach(filename, { body: content, contentType: mimeType })
    }
    captured.push(path === undefined ? artifact : { ...artifact, path })
  }
  return captured
}

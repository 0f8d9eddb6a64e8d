/** Attaches artifacts to a test, each under its own file name: by its file where there is one, else by its content. */

import type { WrittenArtifact } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import type { TestInfo } from '@playwright/test'
import type { Problem } from '../errors.ts'
import type { PageArtifact } from './read-export.ts'

export interface CapturedArtifact extends PageArtifact {
  /** Absolute; absent where no file could be made of it. */
  readonly path?: string
}

export interface Attached {
  readonly artifacts: readonly CapturedArtifact[]
  readonly problems: readonly Problem[]
}

/** Never rejects. */
export async function attachArtifacts(
  testInfo: Pick<TestInfo, 'attach'>,
  artifacts: readonly PageArtifact[],
  written: readonly WrittenArtifact[],
): Promise<Attached> {
  const captured: CapturedArtifact[] = []
  const problems: Problem[] = []
  for (const artifact of artifacts) {
    const { filename, mimeType: contentType, content: body } = artifact
    const path = pathOf(artifact, written)
    captured.push(path === undefined ? artifact : { ...artifact, path })
    try {
      // By its content where the file is gone, or can't be read.
      await (path === undefined
        ? testInfo.attach(filename, { body, contentType })
        : testInfo
            .attach(filename, { path, contentType })
            .catch(() => testInfo.attach(filename, { body, contentType })))
    } catch (error) {
      const reason = messageOf(error)
      problems.push({ code: 'attach_failed', message: `Could not attach ${JSON.stringify(filename)}: ${reason}` })
    }
  }
  return { artifacts: captured, problems }
}

/** The file whose content is the artifact's: compressed, it is not what the attachment's type says. */
export function pathOf({ filename, mimeType }: PageArtifact, written: readonly WrittenArtifact[]): string | undefined {
  const isFile = (one: WrittenArtifact): boolean =>
    one.filename === filename && one.mimeType === mimeType && one.path !== undefined
  return written.find(isFile)?.path
}

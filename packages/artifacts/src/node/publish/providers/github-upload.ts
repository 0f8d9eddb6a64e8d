/** Uploads what a manifest lists, with it, as one artifact of the GitHub run. Runs in a child process: see `github.ts`. */

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { messageOf } from '@downlink/protocol'
import { systemCode } from '../../file-errors.ts'
import type { Manifest } from '../manifest.ts'

/** How the child says why there was no upload. */
export const exitCodes = {
  uploaded: 0,
  failed: 1,
  /** The optional peer is not installed. */
  noClient: 78,
  /** GitHub Enterprise Server has no artifacts of version 4. */
  unsupportedServer: 79,
} as const

export interface UploadEnd {
  readonly code: (typeof exitCodes)[keyof typeof exitCodes]
  /** One line. */
  readonly message: string
}

/** What is used of @actions/artifact. */
export interface ArtifactClient {
  uploadArtifact(name: string, files: string[], rootDirectory: string): Promise<{ id?: number }>
}

/**
 * @param folder that paths inside the artifact start from
 * @param loadClient rejects where @actions/artifact is not installed
 */
export async function uploadListed(
  manifestPath: string,
  folder: string,
  artifactName: string,
  loadClient: () => Promise<ArtifactClient>,
): Promise<UploadEnd> {
  let client: ArtifactClient
  try {
    client = await loadClient()
  } catch (error) {
    const isMissing = systemCode(error) === 'ERR_MODULE_NOT_FOUND'
    return { code: isMissing ? exitCodes.noClient : exitCodes.failed, message: oneLine(error) }
  }
  try {
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as Manifest
    const files = manifest.files.map((file) => resolve(dirname(manifestPath), file.path))
    const { id } = await client.uploadArtifact(artifactName, [...files, manifestPath], folder)
    return { code: exitCodes.uploaded, message: `uploaded ${id}` }
  } catch (error) {
    const isUnsupported = error instanceof Error && error.name === 'GHESNotSupportedError'
    return { code: isUnsupported ? exitCodes.unsupportedServer : exitCodes.failed, message: oneLine(error) }
  }
}

/** The blob store's errors may have a status and no text. */
function oneLine(error: unknown): string {
  const { statusCode } = error as { statusCode?: unknown }
  const status = statusCode === undefined ? '' : ` (status ${statusCode})`
  return `${messageOf(error).replace(/\s+/g, ' ').trim()}${status}`
}

/** What is handed out as an artifact, looked at before any writer gets it. */
import { kindOf, messageOf } from '@downlink/protocol'
import type { Artifact } from './artifact.ts'
import { nameFault } from './artifact-name.ts'
import { isContent } from './content.ts'
import { ArtifactError } from './errors.ts'

export type CheckedArtifact =
  | { readonly ok: true; readonly artifact: Artifact }
  /** `artifact`: what reports call it, as far as it can be read. */
  | { readonly ok: false; readonly artifact: NamedArtifact; readonly error: ArtifactError }

export type NamedArtifact = Pick<Artifact, 'section' | 'filename'>

type Fields = Partial<Record<keyof Artifact, unknown>>

/** Each field is read once: a getter may throw, or say something else the next time. Never throws. */
export function checkArtifact(given: unknown): CheckedArtifact {
  const named = { section: '', filename: '' }
  try {
    if (typeof given !== 'object' || given === null) {
      throw new ArtifactError('bad_artifact', `Expected an artifact, got ${kindOf(given)}`)
    }
    const { filename, section }: Fields = given
    named.filename = textOr('', filename)
    named.section = textOr('', section)
    const { mimeType, content }: Fields = given
    const fault = nameFault(filename)
    if (fault !== undefined) {
      throw new ArtifactError('bad_name', `Expected a file's name without a folder, but ${fault}`)
    }
    if (!isContent(content)) {
      throw new ArtifactError('bad_content', `Expected text, bytes or a stream of bytes, got ${kindOf(content)}`)
    }
    return { ok: true, artifact: { ...named, mimeType: textOr('application/octet-stream', mimeType), content } }
  } catch (cause) {
    const error =
      cause instanceof ArtifactError
        ? cause
        : new ArtifactError('bad_artifact', `The artifact can't be read: ${messageOf(cause)}`, { cause })
    return { ok: false, artifact: named, error }
  }
}

const textOr = (otherwise: string, value: unknown): string => (typeof value === 'string' ? value : otherwise)

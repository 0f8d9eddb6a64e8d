/** The port of whatever can keep an artifact: a folder, memory, a storage service. */
import type { Artifact, WrittenArtifact } from './artifact.ts'

/** A writer puts one artifact somewhere. Failure is a rejection; the adapter isolates it. */
export interface TelemetryArtifactWriter {
  /** In metrics and messages. @example 'file-system' */
  readonly id: string
  write(artifact: Artifact, context: WriteContext): Promise<WrittenArtifact>
}

/** The caller's context, passed through as it is, and the signal that ends a write that takes too long. */
export interface WriteContext {
  readonly signal: AbortSignal
  readonly [key: string]: unknown
}

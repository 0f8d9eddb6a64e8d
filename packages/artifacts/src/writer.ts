/** Names the forms of a writer: whatever can keep an artifact, be it a folder, memory or a storage service. */
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

/** A writer without an id of its own. What it returns may leave out whatever the artifact says already. */
export type WriterFunction = (artifact: Artifact, context: WriteContext) => WriterReceipt | PromiseLike<WriterReceipt>

// biome-ignore lint/suspicious/noConfusingVoidType: a callback that returns nothing is a writer, too
export type WriterReceipt = Partial<WrittenArtifact> | undefined | void

/** Describes a writer. `{ memory: true }` is known everywhere; further ones by `resolveWriter`. */
export type WriterConfig = Readonly<Record<string, unknown>>

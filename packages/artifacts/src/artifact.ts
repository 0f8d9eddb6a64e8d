/** The unit of an export: one named piece of content that a writer can put somewhere. */

/**
 * @example { section: 'summary', filename: 'save-inspector-summary-20260101T000000Z.json', mimeType: 'application/json', content: '{…}\n' }
 */
export interface Artifact {
  /** What it holds: `summary`, `cascade-targets`, `events` … */
  readonly section: string
  /** Unique within an export. A plain name, without a folder. */
  readonly filename: string
  /** @example 'text/csv' */
  readonly mimeType: string
  /** Text, bytes, or bytes as they come: what is large need not be in memory at once. */
  readonly content: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** What a writer says of an artifact that it has put somewhere. */
export interface WrittenArtifact {
  readonly section: string
  readonly filename: string
  readonly mimeType: string
  /** Size of what was written: after compression, if there was any. */
  readonly bytes: number
  /** Of the bytes written, in lower-case hexadecimal. Absent where a writer has no use for it. */
  readonly sha256?: string
  /** Absolute path, if it lies in a file system. */
  readonly path?: string
}

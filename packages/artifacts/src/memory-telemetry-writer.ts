/** Keeps artifacts in memory: for tests, and for pages that offer them as a download. */

import { type Artifact, checkArtifact, type WrittenArtifact } from './artifact.ts'
import { byteLength, type Content, newlineTerminated, untilAborted } from './content.ts'
import { ArtifactError, expectObject, expectWhole } from './errors.ts'
import { readableContext, signalIn } from './export-context.ts'
import type { TelemetryArtifactWriter, WriteContext } from './writer.ts'

export interface MemoryWriterOptions {
  /** In metrics and messages. @default 'memory' */
  readonly id?: string | undefined
  /** Bytes of all artifacts together, from 1; a further one fails with `too_large`. @default 268435456 */
  readonly maxBytes?: number | undefined
}

export const memoryWriterDefaults = { maxBytes: 268_435_456 }

/** An artifact whose content is in memory as a whole. */
export interface KeptArtifact extends Artifact {
  readonly content: string | Uint8Array
}

/**
 * A later artifact of the same name takes the place of the earlier one.
 * @example
 * const memory = new MemoryTelemetryWriter()
 * await new TelemetryArtifactWriterAdapter({ writers: [memory] }).writeArtifacts(artifacts)
 * memory.text('save-inspector-summary-20260101T000000Z.json')
 */
export class MemoryTelemetryWriter implements TelemetryArtifactWriter {
  readonly id: string
  readonly #maxBytes: number
  readonly #kept = new Map<string, KeptArtifact>()

  /** @throws {ArtifactError} `bad_option` */
  constructor(options: MemoryWriterOptions = {}) {
    expectObject('options', options)
    const { id = 'memory', maxBytes = memoryWriterDefaults.maxBytes } = options
    expectWhole('maxBytes', maxBytes)
    this.id = id
    this.#maxBytes = maxBytes
  }

  /** In the order in which they were written. */
  get artifacts(): readonly KeptArtifact[] {
    return [...this.#kept.values()]
  }

  /** Its content as text; nothing if there is no artifact of this name. */
  text(filename: string): string | undefined {
    const content = this.#kept.get(filename)?.content
    return content instanceof Uint8Array ? new TextDecoder().decode(content) : content
  }

  clear(): void {
    this.#kept.clear()
  }

  /** @throws {ArtifactError} `bad_option`, `bad_artifact`, `bad_name`, `bad_content`, `too_large`, or the signal's reason */
  async write(artifact: Artifact, context: Partial<WriteContext> = {}): Promise<WrittenArtifact> {
    const checked = checkArtifact(artifact)
    if (!checked.ok) throw checked.error
    const { section, filename, mimeType } = checked.artifact
    const signal = signalIn(readableContext(context)) ?? new AbortController().signal
    const room = this.#maxBytes - this.#bytesBeside(filename)
    const content = await inMemory(checked.artifact.content, room, signal)
    signal.throwIfAborted()
    this.#kept.set(filename, { section, filename, mimeType, content })
    return { section, filename, mimeType, bytes: byteLength(content) }
  }

  #bytesBeside(filename: string): number {
    const others = [...this.#kept.values()].filter((kept) => kept.filename !== filename)
    return others.reduce((sum, { content }) => sum + byteLength(content), 0)
  }
}

async function inMemory(content: Content, room: number, signal: AbortSignal): Promise<string | Uint8Array> {
  const check = (bytes: number): void => {
    if (bytes > room) throw new ArtifactError('too_large', `Expected at most ${room} more bytes`)
  }
  if (typeof content === 'string') {
    const text = newlineTerminated(content)
    check(byteLength(text))
    return text
  }
  // A copy: who gave the bytes may use them again.
  if (ArrayBuffer.isView(content)) {
    check(content.length)
    return new Uint8Array(content)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of untilAborted(content, signal)) {
    bytes += chunk.length
    check(bytes)
    chunks.push(new Uint8Array(chunk))
  }
  return joined(chunks, bytes)
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

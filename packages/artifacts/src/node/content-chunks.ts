/** Brings content to a file as chunks of bytes, compressed on demand, and tells what it wrote. */

import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { kindOf } from '@downlink/protocol'
import { type Content, isBytes, newlineTerminated, untilAborted } from '../content.ts'
import { ArtifactError } from '../errors.ts'

/** Text is encoded so many characters at once, so that a long one is not in memory twice. */
const sliceLength = 4_194_304

/** Bytes go out as they are; text as UTF-8, ended by a line break. */
export async function* contentChunks(content: Content, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield* encoded(newlineTerminated(content))
  else if (isBytes(content)) yield content
  else {
    for await (const chunk of untilAborted(content, signal)) {
      if (!isBytes(chunk))
        throw new ArtifactError('bad_content', `Expected the stream to give bytes, got ${kindOf(chunk)}`)
      yield chunk
    }
  }
}

function* encoded(text: string): Generator<Uint8Array> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + sliceLength, text.length)
    // Never between the halves of a character.
    if (to < text.length && isLeadSurrogate(text.charCodeAt(to - 1))) to -= 1
    yield Buffer.from(text.slice(from, to), 'utf8')
    from = to
  }
}

const isLeadSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** Where a gzip header names the operating system; 255 means unknown. It has no time: zlib leaves it 0. */
const systemAt = 9

/** The same bytes in, the same bytes out, whenever and under whatever system; of one and the same zlib, that is. */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: 65_536 })
  const gzip = createGzip({ chunkSize: 65_536 })
  source.once('error', (error) => gzip.destroy(error))
  try {
    let at = 0
    for await (const chunk of source.pipe(gzip) as AsyncIterable<Buffer>) {
      if (at <= systemAt && at + chunk.length > systemAt) chunk[systemAt - at] = 255
      at += chunk.length
      yield chunk
    }
  } finally {
    source.destroy()
    gzip.destroy()
  }
}

/** Hashes the bytes while the system writes them: the two take about as long as each other. */
export async function writeChunks(
  handle: Pick<FileHandle, 'write'>,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    const writing = writeAll(handle, chunk)
    hash.update(chunk)
    await writing
    bytes += chunk.length
  }
  signal.throwIfAborted()
  return { bytes, sha256: hash.digest('hex') }
}

/** The system may take less than it was given. */
async function writeAll(handle: Pick<FileHandle, 'write'>, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten
}

/** Reads a request's body, inflated where needed, never past a number of bytes. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

export type Body =
  | { readonly kind: 'text'; readonly text: string }
  /** `read` tells whether the rest was read, so that the connection can be used again. */
  | { readonly kind: 'too_large'; readonly read: boolean }
  | { readonly kind: 'bad_encoding'; readonly message: string }
  /** The sender went away. */
  | { readonly kind: 'aborted' }

/** How much of a body that is too large is read and thrown away before its sender is cut off. */
const maxDrainBytes = 16 * 1024 * 1024

/** @param maxBytes after inflation */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const encoding = encodingOf(request)
  if (encoding === 'identity') return collect(request, request, maxBytes)
  if (encoding === 'gzip') return collect(request, request.pipe(createGunzip()), maxBytes)
  return drain(request, { kind: 'bad_encoding', message: 'Expected "Content-Encoding" to be gzip or absent' })
}

/** How much of a body may come to be held at once: what its sender says, where that can be known. */
export function expectedBytes({ headers }: Pick<IncomingMessage, 'headers'>, maxBytes: number): number {
  const length = Number(headers['content-length'] ?? maxBytes)
  return encodingOf({ headers }) === 'identity' ? Math.min(length, maxBytes) : maxBytes
}

/** Names of encodings know no case (RFC 9110, 8.4.1). */
const encodingOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string =>
  (headers['content-encoding'] ?? 'identity').toLowerCase()

/** @param source the request itself, or what inflates it */
function collect(request: IncomingMessage, source: Readable, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    function take(chunk: Buffer): void {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else giveUp({ kind: 'too_large', read: true })
    }
    function finish(): void {
      resolve(textOf(Buffer.concat(chunks)))
    }
    function giveUp(body: Body): void {
      source.off('data', take).off('end', finish)
      if (source !== request) {
        request.unpipe()
        source.destroy()
      }
      resolve(drain(request, body))
    }
    source.on('data', take).once('end', finish)
    source.once('error', () => giveUp({ kind: 'bad_encoding', message: 'Expected a gzip body' }))
    request.once('close', () => {
      if (request.complete) return
      if (source !== request) source.destroy()
      resolve({ kind: 'aborted' })
    })
  })
}

/** Reads the rest and throws it away: a connection that is cut while its sender still sends loses the answer. */
function drain(request: IncomingMessage, body: Body): Promise<Body> {
  if (request.readableEnded) return Promise.resolve(body)
  return new Promise((resolve) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxDrainBytes) resolve({ kind: 'too_large', read: false })
    })
    request.once('end', () => resolve(body))
    request.once('close', () => resolve({ kind: 'aborted' }))
    request.resume()
  })
}

function textOf(bytes: Buffer): Body {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { kind: 'bad_encoding', message: 'Expected UTF-8 text' }
  }
}

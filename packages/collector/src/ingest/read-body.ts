/** Reads a request's body, inflated where needed, never past a number of bytes. */
import type { IncomingMessage } from 'node:http'
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
  const encoding = request.headers['content-encoding'] ?? 'identity'
  const gunzip = encoding === 'gzip' ? createGunzip() : undefined
  return new Promise((resolve) => {
    if (encoding !== 'identity' && encoding !== 'gzip') {
      return drain({ kind: 'bad_encoding', message: 'Expected "Content-Encoding" to be gzip or absent' })
    }
    const chunks: Buffer[] = []
    let bytes = 0
    const source = gunzip ? request.pipe(gunzip) : request
    source.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else drain({ kind: 'too_large', read: true })
    })
    source.once('end', () => resolve(textOf(Buffer.concat(chunks))))
    gunzip?.once('error', () => drain({ kind: 'bad_encoding', message: 'Expected a gzip body' }))
    request.once('close', () => resolve({ kind: 'aborted' }))

    /** A sender reads the answer only after it has sent all, and a connection cut before that loses the answer. */
    function drain(body: Body): void {
      source?.removeAllListeners('data')
      if (gunzip) {
        request.unpipe(gunzip)
        gunzip.destroy()
      }
      let drained = 0
      request.on('data', (chunk: Buffer) => {
        drained += chunk.length
        if (drained > maxDrainBytes) resolve({ kind: 'too_large', read: false })
      })
      request.once('end', () => resolve(body))
      if (request.readableEnded) resolve(body)
      request.resume()
    }
  })
}

function textOf(bytes: Buffer): Body {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { kind: 'bad_encoding', message: 'Expected UTF-8 text' }
  }
}

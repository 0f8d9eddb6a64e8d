/** Reads a request's body, inflated where needed, never past a number of bytes. */
import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'

export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'bad_encoding'; readonly message: string }
  /** The sender went away. */
  | { readonly kind: 'aborted' }

/** @param maxBytes after inflation */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return Promise.resolve({ kind: 'bad_encoding', message: 'Expected "Content-Encoding" to be gzip or absent' })
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const gunzip = encoding === 'gzip' ? createGunzip() : undefined
    const source = gunzip ? request.pipe(gunzip) : request

    function finish(body: Body): void {
      resolve(body)
      if (gunzip) request.unpipe(gunzip)
      gunzip?.destroy()
      // The rest is read and thrown away, so that the answer gets through and the connection can be used again.
      request.resume()
    }
    source.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) finish({ kind: 'too_large' })
      else chunks.push(chunk)
    })
    source.on('end', () => finish(textOf(Buffer.concat(chunks))))
    gunzip?.on('error', () => finish({ kind: 'bad_encoding', message: 'Expected a gzip body' }))
    request.on('error', () => finish({ kind: 'aborted' }))
    request.on('aborted', () => finish({ kind: 'aborted' }))
  })
}

function textOf(bytes: Buffer): Body {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { kind: 'bad_encoding', message: 'Expected UTF-8 text' }
  }
}

/** Hands an artifact to the player's browser as a file. */

import type { Artifact } from '@downlink/artifacts'

/** Chromium reads a blob only after the click has returned. */
const keepUrlMs = 30_000

export async function download({ filename, mimeType, content }: Artifact): Promise<void> {
  const url = URL.createObjectURL(new Blob(await partsOf(content), { type: mimeType }))
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), keepUrlMs)
}

async function partsOf(content: Artifact['content']): Promise<BlobPart[]> {
  if (typeof content === 'string') return [content]
  const parts: BlobPart[] = []
  // Copied into buffers of their own: a chunk may be a view of something shared.
  if (content instanceof Uint8Array) return [new Uint8Array(content)]
  for await (const chunk of content) parts.push(new Uint8Array(chunk))
  return parts
}

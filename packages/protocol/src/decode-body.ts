/** Decodes the body of a POST: a batch with its hello inlined, or plain events. */
import { decodePost, looksLikePost } from './decode-client-frame.ts'
import { readPlain } from './decode-plain.ts'
import type { ReceivedElement } from './element.ts'
import type { ReceivedPost } from './frames.ts'
import { type Decoded, decoded, parseJson } from './json.ts'
import { protocolDefaults } from './limits.ts'

export type ReceivedBody =
  | { readonly kind: 'acked'; readonly post: ReceivedPost }
  | { readonly kind: 'plain'; readonly events: readonly ReceivedElement[] }

/** Never throws. The body's size is the transport's to bound before this is called. */
export function decodeBody(text: string, maxElements: number = protocolDefaults.maxElements): Decoded<ReceivedBody> {
  const whole = parseJson(text)
  if (whole.ok && looksLikePost(whole.value)) {
    const post = decodePost(whole.value, text, maxElements)
    return post.ok ? decoded({ kind: 'acked', post: post.value }) : post
  }
  const events = readPlain(text, whole, maxElements)
  return events.ok ? decoded({ kind: 'plain', events: events.value }) : events
}

/** Decodes what a collector reads: the frames of a client, and the body of a POST, which is a batch with its hello inlined or plain events. */
import { readPlain } from './decode-plain.ts'
import { cutEvents, type ReceivedElement } from './element.ts'
import { dropReasons, isSessionId, type WireDrop } from './event.ts'
import type { Batch, Hello, ReceivedBatch, ReceivedFrame, ReceivedHello, ReceivedPost } from './frames.ts'
import { readHelloDetails } from './hello-details.ts'
import {
  type Decoded,
  decoded,
  excerpt,
  isCount,
  isObject,
  isTime,
  type JsonObject,
  parseJson,
  refused,
} from './json.ts'
import { protocolDefaults } from './limits.ts'

const proofForm = /^[0-9a-f]{32}$/

const { maxSequence } = protocolDefaults

/**
 * Reads one frame of a client. Never throws. The frame's size is the transport's to bound before this is called.
 * A batch's drops are checked, for they move sequences; its events are not: judge each with `checkEvent`.
 *
 * @param maxElements of a batch
 * @param utf8 the same text, where it is at hand
 */
export function decodeClientFrame(
  text: string,
  maxElements: number = protocolDefaults.maxElements,
  utf8?: Uint8Array,
): Decoded<ReceivedFrame> {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const frame = parsed.value
  if (!isObject(frame)) return refused('bad_frame', `Expected an object, got ${excerpt(frame)}`)
  switch (frame.t) {
    case 'hello':
      return faulty(helloFault(frame)) ?? decoded({ t: 'hello', ...helloOf(frame) })
    case 'batch':
      return (
        tooMany(frame, maxElements) ??
        faulty(batchFault(frame)) ??
        decoded({ t: 'batch', ...batchOf(frame, text, utf8) })
      )
    case 'ping':
      return decoded({ t: 'ping' })
    default:
      return refused('unknown_frame', `Expected "t" to be "hello", "batch" or "ping", got ${excerpt(frame.t)}`)
  }
}

export type ReceivedBody =
  | { readonly kind: 'acked'; readonly post: ReceivedPost }
  | { readonly kind: 'plain'; readonly events: readonly ReceivedElement[] }

/** Reads the body of a POST. Never throws. The body's size is the transport's to bound before this is called. */
export function decodeBody(text: string, maxElements: number = protocolDefaults.maxElements): Decoded<ReceivedBody> {
  const whole = parseJson(text)
  if (whole.ok && looksLikePost(whole.value)) {
    const post = decodePost(whole.value, text, maxElements)
    return post.ok ? decoded({ kind: 'acked', post: post.value }) : post
  }
  const events = readPlain(text, whole, maxElements)
  return events.ok ? decoded({ kind: 'plain', events: events.value }) : events
}

/**
 * Reads a POST body that `looksLikePost`.
 *
 * @param body what `JSON.parse` makes of the text
 */
export function decodePost(
  body: JsonObject,
  text: string,
  maxElements: number = protocolDefaults.maxElements,
): Decoded<ReceivedPost> {
  return (
    tooMany(body, maxElements) ??
    faulty(helloFault(body) ?? batchFault(body)) ??
    decoded({ ...helloOf(body), ...batchOf(body, text) })
  )
}

/** Tells acknowledged delivery from a plain event: no game's event has both by accident. */
export const looksLikePost = (value: unknown): value is JsonObject =>
  isObject(value) && 'session' in value && 'proof' in value && 'events' in value

/** Is this element of a batch a drop? */
export const isDrop = (element: unknown): element is WireDrop => isObject(element) && 'drop' in element

/** How many sequences an element of a batch stands for. */
export function spanOf(element: unknown): number {
  if (!isDrop(element)) return 1
  let span = 0
  for (const count of Object.values(element.drop)) span += count
  return span
}

/** Before anything is made of them. */
const tooMany = ({ events }: JsonObject, most: number) =>
  Array.isArray(events) && events.length > most
    ? refused('too_large', `Expected at most ${most} elements, got ${events.length}`)
    : undefined

const faulty = (fault: string | undefined) => (fault === undefined ? undefined : refused('bad_frame', fault))

function helloFault(frame: JsonObject): string | undefined {
  if (!isSessionId(frame.session)) {
    return `Expected "session" to be 1 to 64 letters, digits or ._-, got ${excerpt(frame.session)}`
  }
  // The proof is a secret: a message never repeats it.
  if (typeof frame.proof !== 'string' || !proofForm.test(frame.proof)) {
    return 'Expected "proof" to be 32 hexadecimal digits'
  }
  if (!isCount(frame.conn, 1)) return expectedCount(frame, 'conn', 1)
  if (!isCount(frame.next, 1)) return expectedCount(frame, 'next', 1)
  if (!isSequence(frame.pushed)) return expectedCount(frame, 'pushed', 0, maxSequence)
  if (frame.next - 1 > frame.pushed) return `Expected "next" to be at most "pushed" + 1, got ${frame.next}`
  if (!isTime(frame.now)) return `Expected "now" to be milliseconds since 1970, got ${excerpt(frame.now)}`
  return undefined
}

function batchFault(frame: JsonObject): string | undefined {
  const { seq, pushed, events, end } = frame
  if (!isSequence(seq, 1)) return expectedCount(frame, 'seq', 1, maxSequence)
  if (!isSequence(pushed)) return expectedCount(frame, 'pushed', 0, maxSequence)
  if (!Array.isArray(events)) return `Expected "events" to be an array, got ${excerpt(events)}`
  if (end !== undefined && typeof end !== 'boolean') return `Expected "end" to be true or absent, got ${excerpt(end)}`
  let last = seq - 1
  for (const element of events) {
    if (isDrop(element)) {
      const fault = dropFault(element.drop)
      if (fault) return fault
    }
    last += spanOf(element)
    // At once: a sum of all might go past 2^53, and round to one that fits.
    if (last > pushed) break
  }
  return last <= pushed ? undefined : `Expected "pushed" to be at least ${last}, got ${pushed}`
}

function dropFault(drop: unknown): string | undefined {
  const counts = isObject(drop) ? Object.entries(drop) : []
  const known = counts.every(
    ([reason, count]) => (dropReasons as readonly string[]).includes(reason) && isCount(count, 1),
  )
  return counts.length > 0 && known
    ? undefined
    : `Expected "drop" to be counts from 1 by ${dropReasons.join(', ')}, got ${excerpt(drop)}`
}

const isSequence = (value: unknown, least?: number): value is number => isCount(value, least) && value <= maxSequence

function expectedCount(frame: JsonObject, name: string, least: number, most?: number): string {
  const range = most === undefined ? `${least} up` : `${least} to ${most}`
  return `Expected "${name}" to be a whole number from ${range}, got ${excerpt(frame[name])}`
}

function helloOf(frame: JsonObject): ReceivedHello {
  const { session, proof, conn, next, pushed, now } = frame as unknown as Hello
  return { session, proof, conn, next, pushed, now, ...readHelloDetails(frame) }
}

function batchOf(frame: JsonObject, text: string, utf8?: Uint8Array): ReceivedBatch {
  const { seq, pushed, events: values, end } = frame as unknown as Batch
  const events = cutEvents(text, values, utf8)
  return end ? { seq, pushed, events, end } : { seq, pushed, events }
}

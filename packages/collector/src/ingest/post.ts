/** Takes the body of `POST /telemetry`, a batch with its hello inlined or plain events, and answers only after the commit. */
import { decodeBody, features, type PostAnswer, type ReceivedElement, type ReceivedPost } from '@downlink/protocol'
import type { Keys } from '../access/keys.ts'
import { totalsOf } from '../commit/session-record.ts'
import type { CollectorLimits } from '../options.ts'
import type { CommitResult } from '../session/session.ts'
import { metadataOf } from '../session/session-metadata.ts'
import { forgottenReason, type Sessions } from '../session/sessions.ts'
import type { PendingWork } from './pending-work.ts'
import type { AddressRateLimiter } from './rate-limiter.ts'
import type { RefusalReason } from './refusals.ts'

type RefusedStatus = 400 | 401 | 403 | 409 | 413 | 429 | 503

type PostOutcome =
  | { readonly status: 200; readonly body: PostAnswer }
  | {
      readonly status: RefusedStatus
      readonly body: {
        readonly error: { readonly code: RefusalReason; readonly message: string }
        readonly ack?: number
      }
      readonly retryAfterSeconds?: number
    }

export interface PostIngestOptions {
  readonly sessions: Sessions
  readonly keys: Keys
  readonly limits: Pick<CollectorLimits, 'maxElements' | 'maxRejectionsPerAnswer' | 'maxEventsPerSecond'>
  /** Events of each address. */
  readonly eventRateLimiter: AddressRateLimiter
  readonly pending: PendingWork
  readonly wallMs: () => number
}

/** Takes a body, the key that came in the header or the URL, and who sent it. */
export type PostIngest = (text: string, requestKey: string | undefined, address: string) => Promise<PostOutcome>

export function createPostIngest(options: PostIngestOptions): PostIngest {
  const { sessions, keys, limits, eventRateLimiter, pending, wallMs } = options
  return async (text, requestKey, address) => {
    const decoded = decodeBody(text, limits.maxElements)
    if (!decoded.ok) {
      const { code, message } = decoded.error
      return refusal(code === 'too_large' ? 413 : 400, code, message)
    }
    const body = decoded.value
    const key = body.kind === 'acked' ? (body.post.key ?? requestKey) : requestKey
    const authorisation = await keys.authorise(key)
    if (!authorisation.ok) return refusal(401, 'unauthorised', authorisation.message)
    const { events } = body.kind === 'acked' ? body.post : body
    const waitSeconds = eventRateLimiter.take(address, events.length)
    if (waitSeconds > 0) {
      const message = `Expected at most ${limits.maxEventsPerSecond} events a second`
      return { ...refusal(429, 'too_fast', message), retryAfterSeconds: waitSeconds }
    }
    const release = pending.holdFor(address)(text.length)
    if (!release) return unavailable('Too much waits for its commit; come back later')
    const outcome = body.kind === 'acked' ? takeAcked(body.post) : takePlain(body.events)
    return outcome.finally(release)
  }

  async function takeAcked(post: ReceivedPost): Promise<PostOutcome> {
    const opening = await sessions.open(post)
    if (opening.kind === 'forbidden') return refusal(403, 'forbidden', 'Expected the proof of this session')
    if (opening.kind === 'forgotten') return refusal(403, 'session_forgotten', forgottenReason)
    if (opening.kind === 'unavailable') return unavailable()
    const { session } = opening
    // Nothing may come between the two, so the handshake is not waited for.
    const handshake = session.handshake(metadataOf(post, wallMs()), post, wallMs())
    const taken = session.take(post, wallMs())
    if (taken.ok) return answer(await taken.result, [...(post.leftOut ?? []), ...(taken.leftOut ?? [])])
    const result = await handshake
    if (result.kind === 'unavailable') return unavailable()
    const message = `Expected a batch from ${taken.accepted + 1}, got ${post.seq}`
    return { status: 409, body: { ...refusal(409, 'hole', message).body, ack: result.record.committedSeq } }
  }

  async function takePlain(events: readonly ReceivedElement[]): Promise<PostOutcome> {
    return answer(await sessions.openPlain().takePlain(events, true, wallMs()))
  }

  function answer(result: CommitResult, leftOut: readonly string[] = []): PostOutcome {
    if (result.kind === 'unavailable') return unavailable()
    const { record } = result
    const rejected = result.rejected
      .slice(0, limits.maxRejectionsPerAnswer)
      .map(({ seq, code, message }) => ({ seq, code, message }))
    const seq = record.committedSeq
    const body = { t: 'ack', seq, ack: seq, totals: totalsOf(record), rejected, features } as const
    return { status: 200, body: leftOut.length > 0 ? { ...body, leftOut } : body }
  }
}

function refusal(status: RefusedStatus, code: RefusalReason, message: string): Exclude<PostOutcome, { status: 200 }> {
  return { status, body: { error: { code, message } } }
}

export const unavailableRetrySeconds = 2

const unavailable = (message = 'The store is unavailable; come back later'): PostOutcome => ({
  ...refusal(503, 'unavailable', message),
  retryAfterSeconds: unavailableRetrySeconds,
})

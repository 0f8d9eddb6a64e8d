/** `POST /telemetry`: a batch with its hello inlined, or plain events; answered only after the commit. */
import { decodeBody, type PostAnswer, type ReceivedElement, type ReceivedPost } from '@downlink/protocol'
import { totalsOf } from '../commit/session-record.ts'
import type { CollectorLimits } from '../options.ts'
import type { Settled } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { introductionOf } from './introduction.ts'
import type { Keys } from './keys.ts'

type RefusedStatus = 400 | 401 | 403 | 409 | 413 | 503

type PostOutcome =
  | { readonly status: 200; readonly body: PostAnswer }
  | {
      readonly status: RefusedStatus
      readonly body: { readonly error: { readonly code: string; readonly message: string }; readonly ack?: number }
    }

export interface PostIngestOptions {
  readonly sessions: Sessions
  readonly keys: Keys
  readonly limits: Pick<CollectorLimits, 'maxElements' | 'maxRejectionsPerAnswer'>
  readonly now: () => number
}

/** Takes a body and the key that came in the header or the URL. */
export type PostIngest = (text: string, requestKey: string | undefined) => Promise<PostOutcome>

export function createPostIngest({ sessions, keys, limits, now }: PostIngestOptions): PostIngest {
  return async (text, requestKey) => {
    const decoded = decodeBody(text, limits.maxElements)
    if (!decoded.ok) {
      const { code, message } = decoded.error
      return refusal(code === 'too_large' ? 413 : 400, code, message)
    }
    const body = decoded.value
    const key = body.kind === 'acked' ? (body.post.key ?? requestKey) : requestKey
    if (!keys.allows(key)) return refusal(401, 'unauthorised', 'Expected a valid key')
    return body.kind === 'acked' ? takeAcked(body.post) : takePlain(body.events)
  }

  async function takeAcked(post: ReceivedPost): Promise<PostOutcome> {
    const opening = await sessions.open(post.session, post.proof)
    if (opening.kind === 'forbidden') return refusal(403, 'forbidden', 'Expected the proof of this session')
    if (opening.kind === 'unavailable') return unavailable()
    const { session } = opening
    // Nothing may come between the two, so the greeting is not waited for.
    const greeted = session.greet(introductionOf(post, now()), post, now())
    const taken = session.take(post, now())
    if (taken.kind === 'settling') return answer(await taken.settled, post.leftOut)
    const settled = await greeted
    if (settled.kind === 'unavailable') return unavailable()
    const message = `Expected a batch from ${taken.accepted + 1}, got ${post.seq}`
    return { status: 409, body: { ...refusal(409, 'hole', message).body, ack: settled.record.mark } }
  }

  async function takePlain(events: readonly ReceivedElement[]): Promise<PostOutcome> {
    return answer(await sessions.openPlain().takePlain(events, true, now()))
  }

  function answer(settled: Settled, leftOut?: readonly string[]): PostOutcome {
    if (settled.kind === 'unavailable') return unavailable()
    const { record } = settled
    const rejected = settled.rejected
      .slice(0, limits.maxRejectionsPerAnswer)
      .map(({ seq, code, message }) => ({ seq, code, message }))
    const { mark } = record
    const body = { t: 'ack', seq: mark, ack: mark, totals: totalsOf(record), rejected } as const
    return { status: 200, body: leftOut ? { ...body, leftOut } : body }
  }
}

function refusal(status: RefusedStatus, code: string, message: string): Exclude<PostOutcome, { status: 200 }> {
  return { status, body: { error: { code, message } } }
}

const unavailable = (): PostOutcome => refusal(503, 'unavailable', 'The store is unavailable; come back later')

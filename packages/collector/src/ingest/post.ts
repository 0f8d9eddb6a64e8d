/** `POST /telemetry`: a batch with its hello inlined, or plain events; answered only after the commit. */
import { decodePlain, decodePost, looksLikePost, type PostAnswer, type ReceivedPost } from '@downlink/protocol'
import { totalsOf } from '../commit/session-record.ts'
import type { Settled } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { introductionOf } from './introduction.ts'
import type { Keys } from './keys.ts'

type PostOutcome =
  | { readonly status: 200; readonly body: PostAnswer }
  | {
      readonly status: 400 | 401 | 403 | 409 | 503
      readonly body: { readonly error: { readonly code: string; readonly message: string }; readonly ack?: number }
    }

export interface PostIngestOptions {
  readonly sessions: Sessions
  readonly keys: Keys
  readonly maxRejectionsPerAnswer: number
  readonly now: () => number
}

/** Takes a body and the key that came in the header or the URL. */
export type PostIngest = (text: string, requestKey: string | undefined) => Promise<PostOutcome>

export function createPostIngest({ sessions, keys, maxRejectionsPerAnswer, now }: PostIngestOptions): PostIngest {
  return async (text, requestKey) => {
    const parsed = parse(text)
    if (!looksLikePost(parsed)) return takePlain(text, requestKey)
    const decoded = decodePost(parsed, text)
    if (!decoded.ok) return refusal(400, decoded.error.code, decoded.error.message)
    if (!keys.allows(decoded.value.key ?? requestKey)) return unauthorised()
    return takeAcked(decoded.value)
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

  async function takePlain(text: string, requestKey: string | undefined): Promise<PostOutcome> {
    if (!keys.allows(requestKey)) return unauthorised()
    const decoded = decodePlain(text)
    if (!decoded.ok) return refusal(400, decoded.error.code, decoded.error.message)
    return answer(await sessions.openPlain().takePlain(decoded.value, true, now()))
  }

  function answer(settled: Settled, leftOut?: readonly string[]): PostOutcome {
    if (settled.kind === 'unavailable') return unavailable()
    const { record } = settled
    const rejected = settled.rejected
      .slice(0, maxRejectionsPerAnswer)
      .map(({ seq, code, message }) => ({ seq, code, message }))
    const { mark } = record
    const body = { t: 'ack', seq: mark, ack: mark, totals: totalsOf(record), rejected } as const
    return { status: 200, body: leftOut ? { ...body, leftOut } : body }
  }
}

function refusal(
  status: 400 | 401 | 403 | 409 | 503,
  code: string,
  message: string,
): Exclude<PostOutcome, { status: 200 }> {
  return { status, body: { error: { code, message } } }
}

const unauthorised = (): PostOutcome => refusal(401, 'unauthorised', 'Expected a valid key')
const unavailable = (): PostOutcome => refusal(503, 'unavailable', 'The store is unavailable; come back later')

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

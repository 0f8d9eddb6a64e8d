/** Says where the link stands, and what comes next: a pure transition function, so that every path is tested without a socket. */
import type { CloseCode } from '@downlink/protocol'
import { type BackoffOptions, backoffDelayMs } from './backoff.ts'
import { maxSlowMs } from './constants.ts'
import type { PageSignal } from './ports.ts'

/** Why the link is not tried again. */
export type StopReason =
  /** The collector refuses the key, also a fresh one (4401); or it can't be a key. */
  | 'unauthorised'
  /** The collector refuses the origin, the host or the proof (4403). */
  | 'forbidden'
  /** The collector can't read us, not even after a fresh start (4400). */
  | 'bad-frame'
  /** Somebody else continues this session (4409). */
  | 'replaced'
  /** There is no URL, it is not one, or there is no WebSocket. */
  | 'no-socket'

/** Each state holds only what it needs; together they say why nothing is being sent. */
export type LinkState =
  /** Not started, or stopped by its owner. */
  | { readonly status: 'idle' }
  /** The feature flag, or the player, has switched telemetry off. */
  | { readonly status: 'disabled' }
  /** For good, until it is started anew. `message`: the collector's sentence, or the browser's. */
  | { readonly status: 'stopped'; readonly reason: StopReason; readonly message?: string | undefined }
  | TryingState

/**
 * The states that want to be open, and what they remember of their failures. Their times are those of the monotonic
 * clock, `performance.now()`: the wall clock may be set at any time.
 */
export type TryingState = {
  /** Attempts since the link last worked, from 0; 0 while it is open. */
  readonly attempt: number
  /** The last close code; 1006 where there was none. None while it is open, as of `message`. */
  readonly lastCode?: number | undefined
  /** The collector's sentence beside it. */
  readonly message?: string | undefined
} & (
  | {
      /** The page is being left, or lies in the back-forward cache. */
      readonly status: 'away'
    }
  /** Backing off. `offline`: the browser sees no network, so it takes longer; or shorter, once it sees one. */
  | { readonly status: 'waiting' | 'offline'; readonly retryAtMs: number }
  /** From the attempt to the collector's welcome. */
  | { readonly status: 'connecting' }
  | {
      readonly status: 'open'
      /** What counts again where the link is lost before it has worked. */
      readonly past?: Failures
      readonly sinceMs: number
      /** Something was acked. */
      readonly progressed: boolean
      /** Nothing is sent before it. */
      readonly slowUntilMs: number
    }
)

type OpenState = Extract<TryingState, { status: 'open' }>

type Failures = Pick<TryingState, 'attempt' | 'lastCode' | 'message'>

export type LinkEvent =
  /**
   * `retry`: the backoff is over. A page signal, or a second start, may have changed what stands in the way of a
   * connection.
   */
  | readonly [on: 'start' | 'retry' | 'welcomed' | 'acked' | PageSignal]
  | readonly [on: 'slow', retryAfterMs: number]
  | readonly [on: 'closed', code: number, message?: string | undefined]

export interface LinkOptions extends BackoffOptions {
  readonly minUptimeMs: number
  /** A refused key is worth one attempt with a fresh one. */
  readonly getToken?: unknown
}

/**
 * What a transition depends on besides state and event: the monotonic clock, a number in [0, 1), and what the browser believes
 * of the network, which is a hint, since it knows nothing of a collector on the same machine.
 */
export type LinkConditions = readonly [nowMs: number, random: number, isOnline: boolean]

/**
 * The next state. What is entered says what has to be done: wait, connect, send, or let the socket go. An event that means
 * nothing in a state leaves it as it is.
 */
export function transition(
  state: LinkState,
  event: LinkEvent,
  options: LinkOptions,
  conditions: LinkConditions,
): LinkState {
  const [on, value, sentence] = event
  const [nowMs, , isOnline] = conditions
  if (!('attempt' in state)) {
    // Not at once: a strict-mode double mount is one socket.
    return on === 'start' ? { status: 'waiting', attempt: 0, retryAtMs: nowMs } : state
  }
  const { status, attempt, lastCode, message } = state
  const past = (state as Partial<OpenState>).past || { attempt, lastCode, message }
  switch (on) {
    case 'welcomed':
      return { status: 'open', attempt: 0, past, sinceMs: nowMs, progressed: false, slowUntilMs: 0 }
    case 'acked':
      return status === 'open' ? { ...state, progressed: true } : state
    case 'slow':
      return status === 'open' ? { ...state, slowUntilMs: nowMs + Math.min(value, maxSlowMs) } : state
    case 'closed':
      return closed(state, past, value, sentence, options, conditions)
    case 'pagehide':
      return { status: 'away', ...past }
  }
  if (status === 'waiting' && !isOnline && on !== 'retry') return { ...state, status: 'offline' }
  const isDue = on === 'retry' || (status === 'away' ? on === 'pageshow' : status === 'offline' && isOnline)
  return isDue ? { status: 'connecting', ...past } : state
}

/** After a lost connection: stopped for good, or the wait for the next attempt. */
function closed(
  state: TryingState,
  past: Failures,
  code: number,
  message: string | undefined,
  options: LinkOptions,
  [nowMs, random, isOnline]: LinkConditions,
): LinkState {
  // Of a link that is open; the other states have none of it.
  const { progressed, sinceMs = 0, slowUntilMs = 0 } = state as Partial<OpenState>
  const reason = stopReasons[code]
  /** It was the reason of the last close, too, and the link did not work in between. */
  const again = !progressed && past.lastCode === code
  const isFatal = again || code === 4403 || code === 4409 || (code === 4401 && !options.getToken)
  if (reason && isFatal) return { status: 'stopped', reason, message }
  const attempt = progressed && nowMs - sinceMs >= options.minUptimeMs ? 0 : past.attempt + 1
  const delayMs = backoffDelayMs(isOnline ? Math.max(0, attempt - 1) : Infinity, random, options)
  return {
    status: isOnline ? 'waiting' : 'offline',
    attempt,
    lastCode: code,
    message,
    retryAtMs: Math.max(nowMs + delayMs, slowUntilMs),
  }
}

/** The first three are worth one more attempt; of these a refused key only with a fresh one. */
const stopReasons: { readonly [code: number]: StopReason } = {
  4400: 'bad-frame',
  1007: 'bad-frame',
  4401: 'unauthorised',
  4403: 'forbidden',
  4409: 'replaced',
} satisfies { readonly [Code in CloseCode]?: StopReason }

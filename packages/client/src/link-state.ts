/** Where the link stands, and what happens next: pure, so that every path can be tested without a socket. */
import { closeCodes } from '@downlink/protocol'

/** Why the link is not tried again. */
export type StopReason =
  /** The collector refuses the key, also a fresh one (4401). */
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
  | { readonly at: 'idle' }
  /** The feature flag, or the player, has switched telemetry off. */
  | { readonly at: 'disabled' }
  /** For good, until it is started anew. */
  | { readonly at: 'stopped'; readonly because: StopReason }
  | TryingState

/** The states that want to be open, and what they remember of their failures. */
export type TryingState = {
  /** Attempts since the link last worked, from 0. */
  readonly attempt: number
  /** The last close code; 1006 where there was none. */
  readonly lastCode?: number | undefined
} & (
  | {
      /** `offline`: the browser sees no network. `away`: the page is being left, or lies in the back-forward cache. */
      readonly at: 'offline' | 'away'
    }
  /** Backing off until `retryAtMs` (milliseconds since 1970). */
  | { readonly at: 'waiting'; readonly retryAtMs: number }
  /** From the attempt to the collector's welcome. */
  | { readonly at: 'connecting' }
  /** `progressed`: something was acked. Nothing is sent before `slowUntilMs`. */
  | { readonly at: 'open'; readonly sinceMs: number; readonly progressed: boolean; readonly slowUntilMs: number }
)

export type LinkEvent =
  | { readonly on: 'start' }
  /** By its owner, or because there is no way to connect at all. */
  | { readonly on: 'rest'; readonly in: LinkState }
  | { readonly on: 'pause'; readonly at: 'offline' | 'away' }
  /** What the link waited for has come. */
  | { readonly on: 'resume'; readonly from: 'offline' | 'away' | 'waiting' }
  | { readonly on: 'welcomed' | 'acked' }
  | { readonly on: 'slow'; readonly retryAfterMs: number }
  | { readonly on: 'closed'; readonly code: number }

/** `disconnect` lets the socket go and queues again what was in flight; `wait` sets the timer to `retryAtMs`. */
export type LinkEffect = 'connect' | 'disconnect' | 'wait'

export interface LinkOptions {
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  readonly minUptimeMs: number
  /** A refused key is worth one attempt with a fresh one. */
  readonly getToken?: unknown
}

/** The moment at which a step is taken. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** In [0, 1). */
  readonly random: number
  readonly online: boolean
}

export interface Step {
  readonly state: LinkState
  readonly effects: readonly LinkEffect[]
}

/** What happens next, and what has to be done about it. An event that means nothing in a state changes nothing. */
export function step(state: LinkState, event: LinkEvent, options: LinkOptions, moment: Moment): Step {
  const { nowMs, online } = moment
  if (event.on === 'rest') return rest(event.in)
  if (!('attempt' in state)) {
    if (event.on !== 'start') return stay(state)
    // Not at once: a strict-mode double mount is one socket.
    return online ? wait(0, undefined, nowMs) : rest({ at: 'offline', attempt: 0 })
  }
  const { attempt, lastCode } = state
  if (event.on === 'pause') return state.at === 'away' ? stay(state) : rest({ at: event.at, attempt, lastCode })
  if (event.on === 'resume' && event.from === state.at) {
    return online
      ? { state: { at: 'connecting', attempt, lastCode }, effects: ['connect'] }
      : rest({ at: 'offline', attempt, lastCode })
  }
  if (event.on === 'welcomed') {
    return stay({ at: 'open', attempt, lastCode, sinceMs: nowMs, progressed: false, slowUntilMs: 0 })
  }
  if (event.on === 'closed') return closed(state, event.code, options, moment)
  if (state.at === 'open') {
    if (event.on === 'acked') return stay({ ...state, progressed: true })
    if (event.on === 'slow') return stay({ ...state, slowUntilMs: nowMs + event.retryAfterMs })
  }
  return stay(state)
}

const stay = (state: LinkState): Step => ({ state, effects: [] })
const rest = (state: LinkState): Step => ({ state, effects: ['disconnect'] })
const wait = (attempt: number, lastCode: number | undefined, retryAtMs: number): Step => ({
  state: { at: 'waiting', attempt, lastCode, retryAtMs },
  effects: ['disconnect', 'wait'],
})

function closed(
  state: TryingState,
  code: number,
  { backoffBaseMs, backoffCapMs, minUptimeMs, getToken }: LinkOptions,
  { nowMs, random }: Moment,
): Step {
  const progressed = state.at === 'open' && state.progressed
  const because = fatal(code, !progressed && state.lastCode === code, !getToken)
  if (because) return rest({ at: 'stopped', because })
  const attempt = progressed && nowMs - state.sinceMs >= minUptimeMs ? 0 : state.attempt + 1
  // Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): after a deploy nobody returns in step.
  const delayMs = random * Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.max(0, attempt - 1))
  return wait(attempt, code, Math.max(nowMs + Math.ceil(delayMs), state.at === 'open' ? state.slowUntilMs : 0))
}

/** @param again it was the reason of the last close, too, and the link did not work in between */
function fatal(code: number, again: boolean, keyIsFixed: boolean): StopReason | undefined {
  if (code === closeCodes.forbidden) return 'forbidden'
  if (code === closeCodes.replaced) return 'replaced'
  if (code === closeCodes.unauthorised && (again || keyIsFixed)) return 'unauthorised'
  if ((code === closeCodes.badFrame || code === closeCodes.badText) && again) return 'bad-frame'
  return undefined
}

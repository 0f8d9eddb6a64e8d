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
  /** The browser says that there is no network. */
  | ({ readonly at: 'offline' } & Trouble)
  /** The page is being left, or lies in the back-forward cache. */
  | ({ readonly at: 'away' } & Trouble)
  /** Backing off until `retryAtMs` (milliseconds since 1970). */
  | ({ readonly at: 'waiting'; readonly retryAtMs: number } & Trouble)
  /** From the attempt to the collector's welcome. */
  | ({ readonly at: 'connecting' } & Trouble)
  /** `progressed`: something was acked. Nothing is sent before `slowUntilMs`. */
  | ({
      readonly at: 'open'
      readonly sinceMs: number
      readonly progressed: boolean
      readonly slowUntilMs: number
    } & Trouble)
  /** For good, until it is started anew. */
  | { readonly at: 'stopped'; readonly because: StopReason }

/** What the link remembers of its failures. */
export interface Trouble {
  /** Attempts since it last worked, from 0. */
  readonly attempt: number
  /** The last close code; 1006 where there was none. */
  readonly lastCode?: number
}

export type LinkEvent =
  | { readonly on: 'start'; readonly online: boolean }
  | { readonly on: 'stop' }
  | { readonly on: 'disable' }
  | { readonly on: 'online' }
  | { readonly on: 'offline' }
  | { readonly on: 'leave' }
  | { readonly on: 'return'; readonly online: boolean }
  /** The backoff is over. */
  | { readonly on: 'due' }
  | { readonly on: 'welcomed' }
  | { readonly on: 'acked' }
  | { readonly on: 'slow'; readonly retryAfterMs: number }
  | { readonly on: 'closed'; readonly code: number }
  /** There is no way to connect at all. */
  | { readonly on: 'impossible' }

export type LinkEffect =
  | { readonly do: 'connect' }
  /** Let the socket go; what was in flight is queued again. */
  | { readonly do: 'disconnect' }
  | { readonly do: 'wait'; readonly delayMs: number }

export interface LinkOptions {
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  readonly minUptimeMs: number
  /** A refused key is worth one attempt with a fresh one. */
  readonly canRefresh: boolean
}

/** The moment at which a step is taken. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** In [0, 1). */
  readonly random: number
}

export interface Step {
  readonly state: LinkState
  readonly effects: readonly LinkEffect[]
}

/** What happens next, and what has to be done about it. An event that means nothing in a state changes nothing. */
export function step(state: LinkState, event: LinkEvent, options: LinkOptions, moment: Moment): Step {
  switch (event.on) {
    case 'start':
      return isAtRest(state) || state.at === 'stopped' ? start(event.online, moment) : { state, effects: [] }
    case 'stop':
      return to({ at: 'idle' })
    case 'disable':
      return to({ at: 'disabled' })
    case 'impossible':
      return to({ at: 'stopped', because: 'no-socket' })
  }
  if (!('attempt' in state)) return { state, effects: [] }
  const trouble = troubleOf(state)
  switch (event.on) {
    case 'offline':
      return to({ at: 'offline', ...trouble })
    case 'leave':
      return to({ at: 'away', ...trouble })
    case 'online':
      return state.at === 'offline' || state.at === 'waiting' ? connect(trouble) : { state, effects: [] }
    case 'return':
      if (state.at !== 'away') return { state, effects: [] }
      return event.online ? connect(trouble) : { state: { at: 'offline', ...trouble }, effects: [] }
    case 'due':
      return state.at === 'waiting' ? connect(trouble) : { state, effects: [] }
    case 'closed':
      return state.at === 'connecting' || state.at === 'open'
        ? closed(state, event.code, options, moment)
        : { state, effects: [] }
    case 'welcomed':
      return state.at === 'connecting'
        ? { state: { at: 'open', sinceMs: moment.nowMs, progressed: false, slowUntilMs: 0, ...trouble }, effects: [] }
        : { state, effects: [] }
    case 'acked':
      return { state: state.at === 'open' ? { ...state, progressed: true } : state, effects: [] }
    case 'slow':
      return {
        state: state.at === 'open' ? { ...state, slowUntilMs: moment.nowMs + event.retryAfterMs } : state,
        effects: [],
      }
  }
}

const isAtRest = (state: LinkState): boolean => state.at === 'idle' || state.at === 'disabled'

const to = (state: LinkState): Step => ({ state, effects: [{ do: 'disconnect' }] })

const connect = (trouble: Trouble): Step => ({ state: { at: 'connecting', ...trouble }, effects: [{ do: 'connect' }] })

/** The first attempt waits for nothing but the end of the present task: a strict-mode double mount is one socket. */
const start = (online: boolean, { nowMs }: Moment): Step =>
  online
    ? { state: { at: 'waiting', retryAtMs: nowMs, attempt: 0 }, effects: [{ do: 'wait', delayMs: 0 }] }
    : { state: { at: 'offline', attempt: 0 }, effects: [] }

function closed(
  state: LinkState & { readonly at: 'connecting' | 'open' },
  code: number,
  options: LinkOptions,
  { nowMs, random }: Moment,
): Step {
  const worked = state.at === 'open' && state.progressed
  const because = fatal(code, worked ? undefined : state.lastCode, options.canRefresh)
  if (because) return to({ at: 'stopped', because })
  const steady = worked && nowMs - state.sinceMs >= options.minUptimeMs
  const attempt = steady ? 0 : state.attempt + 1
  // Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): after a deploy nobody returns in step.
  const ceilingMs = Math.min(options.backoffCapMs, options.backoffBaseMs * 2 ** Math.max(0, attempt - 1))
  const slowMs = state.at === 'open' ? Math.max(0, state.slowUntilMs - nowMs) : 0
  const delayMs = Math.max(Math.ceil(random * ceilingMs), slowMs)
  return {
    state: { at: 'waiting', attempt, lastCode: code, retryAtMs: nowMs + delayMs },
    effects: [{ do: 'disconnect' }, { do: 'wait', delayMs }],
  }
}

/** @param lastCode the close before this one, unless the link worked in between: some faults are worth one more try */
function fatal(code: number, lastCode: number | undefined, canRefresh: boolean): StopReason | undefined {
  switch (code) {
    case closeCodes.unauthorised:
      return canRefresh && lastCode !== code ? undefined : 'unauthorised'
    case closeCodes.forbidden:
      return 'forbidden'
    case closeCodes.replaced:
      return 'replaced'
    case closeCodes.badFrame:
    case closeCodes.badText:
      return lastCode === closeCodes.badFrame || lastCode === closeCodes.badText ? 'bad-frame' : undefined
    default:
      return undefined
  }
}

const troubleOf = ({ attempt, lastCode }: Trouble): Trouble =>
  lastCode === undefined ? { attempt } : { attempt, lastCode }

/** Puts the link's state into words for a player. */

import type { LinkState, StopReason } from '@downlink/client'

export interface LinkWords {
  /** One or two words, for a small screen. */
  readonly short: string
  /** A sentence: why it is, or is not, sending. */
  readonly long: string
  readonly mood: 'good' | 'busy' | 'bad' | 'off'
}

const stopped: Readonly<Record<StopReason, string>> = {
  unauthorised: 'The collector refuses the key.',
  forbidden: 'The collector refuses this page.',
  'bad-frame': 'The collector cannot read what we send.',
  replaced: 'Another tab continues this session.',
  'no-socket': 'There is no address to connect to.',
}

/** @param nowMs of the monotonic clock, `performance.now()` */
export function linkWords(state: LinkState, nowMs: number): LinkWords {
  switch (state.status) {
    case 'idle':
      return { short: 'Idle', long: 'The link is not started.', mood: 'off' }
    case 'disabled':
      return { short: 'Off', long: 'Telemetry is switched off.', mood: 'off' }
    case 'offline':
      return { short: 'Offline', long: 'The browser sees no network. Events wait here.', mood: 'bad' }
    case 'away':
      return { short: 'Away', long: 'The page is in the background.', mood: 'busy' }
    case 'connecting':
      return { short: 'Connecting', long: 'Calling the collector.', mood: 'busy' }
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1000))
      if (state.attempt === 0) return { short: 'Connecting', long: 'Calling the collector.', mood: 'busy' }
      return {
        short: 'Reconnecting',
        long: `Attempt ${state.attempt + 1} in ${seconds} s. Events wait here.`,
        mood: 'bad',
      }
    }
    case 'open':
      return state.slowUntilMs > nowMs
        ? { short: 'Slowed', long: 'The collector asked for a pause.', mood: 'busy' }
        : { short: 'Connected', long: 'Every event is on its way.', mood: 'good' }
    case 'stopped':
      return { short: 'Stopped', long: [stopped[state.reason], state.message].filter(Boolean).join(' '), mood: 'bad' }
  }
}

import type { LinkState } from '@downlink/client'
import { expect, it } from 'vitest'
import { linkWords } from './link-words.ts'

const open = { at: 'open', sinceMs: 0, progressed: true, slowUntilMs: 0, attempt: 0 } as const

it.each<[LinkState, string, string]>([
  [{ at: 'idle' }, 'Idle', 'off'],
  [{ at: 'disabled' }, 'Off', 'off'],
  [{ at: 'offline', retryAtMs: 0, attempt: 2 }, 'Offline', 'bad'],
  [{ at: 'away', attempt: 0 }, 'Away', 'busy'],
  [{ at: 'waiting', retryAtMs: 0, attempt: 0 }, 'Connecting', 'busy'],
  [{ at: 'waiting', retryAtMs: 0, attempt: 1 }, 'Reconnecting', 'bad'],
  [{ at: 'connecting', attempt: 0 }, 'Connecting', 'busy'],
  [open, 'Connected', 'good'],
  [{ ...open, slowUntilMs: 2000 }, 'Slowed', 'busy'],
  [{ at: 'stopped', because: 'forbidden' }, 'Stopped', 'bad'],
])('%o is "%s"', (state, short, mood) => {
  expect(linkWords(state, 1000)).toMatchObject({ short, mood })
})

it('counts down to the next attempt, and never below zero', () => {
  const waiting: LinkState = { at: 'waiting', retryAtMs: 4200, attempt: 2 }
  expect(linkWords(waiting, 1000).long).toBe('Attempt 3 in 4 s. Events wait here.')
  expect(linkWords(waiting, 9000).long).toBe('Attempt 3 in 0 s. Events wait here.')
})

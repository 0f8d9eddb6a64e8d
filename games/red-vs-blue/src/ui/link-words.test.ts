import type { LinkState } from '@downlink/client'
import { expect, it } from 'vitest'
import { linkWords } from './link-words.ts'

const open = { status: 'open', sinceMs: 0, progressed: true, slowUntilMs: 0, attempt: 0 } as const

it.each<[LinkState, string, string]>([
  [{ status: 'idle' }, 'Idle', 'off'],
  [{ status: 'disabled' }, 'Off', 'off'],
  [{ status: 'offline', retryAtMs: 0, attempt: 2 }, 'Offline', 'bad'],
  [{ status: 'away', attempt: 0 }, 'Away', 'busy'],
  [{ status: 'waiting', retryAtMs: 0, attempt: 0 }, 'Connecting', 'busy'],
  [{ status: 'waiting', retryAtMs: 0, attempt: 1 }, 'Reconnecting', 'bad'],
  [{ status: 'connecting', attempt: 0 }, 'Connecting', 'busy'],
  [open, 'Connected', 'good'],
  [{ ...open, slowUntilMs: 2000 }, 'Slowed', 'busy'],
  [{ status: 'stopped', reason: 'forbidden' }, 'Stopped', 'bad'],
])('%o is "%s"', (state, short, mood) => {
  expect(linkWords(state, 1000)).toMatchObject({ short, mood })
})

it('counts down to the next attempt, and never below zero', () => {
  const waiting: LinkState = { status: 'waiting', retryAtMs: 4200, attempt: 2 }
  expect(linkWords(waiting, 1000).long).toBe('Attempt 3 in 4 s. Events wait here.')
  expect(linkWords(waiting, 9000).long).toBe('Attempt 3 in 0 s. Events wait here.')
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { PageState } from '../page-scripts.ts'
import { type LookPort, lookAtPages } from './look-at-pages.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const well: PageState = { config: 'read', isOnline: true, hasFakeClock: false }

/** Answers with its state first, and then whether a timer runs. */
function aFrame(state: Partial<PageState> | 'hung' | 'gone' = {}, runs = true) {
  const hangs = () => new Promise<never>(() => {})
  const evaluate = vi.fn(async () => (runs ? undefined : hangs()))
  if (state === 'hung') evaluate.mockImplementationOnce(hangs)
  else if (state === 'gone') evaluate.mockRejectedValueOnce(new Error('Target closed'))
  else evaluate.mockResolvedValueOnce({ ...well, ...state } as never)
  return { evaluate } as unknown as ReturnType<LookPort['frames']>[number]
}

async function look(url: string, ...frames: ReturnType<typeof aFrame>[]) {
  const lines = lookAtPages([{ url: () => url, frames: () => frames }])
  await vi.advanceTimersByTimeAsync(2000)
  return lines
}

it.each([
  ['a page that is well', [aFrame()], undefined],
  ['one that is gone meanwhile', [aFrame('gone')], undefined],
  ['one without frames', [], undefined],
  ['one that has read it in a frame', [aFrame({ config: 'unread' }), aFrame()], undefined],
  ['one that hangs', [aFrame('hung')], 'does not answer: its main thread is busy, or a dialog is open'],
  ['one whose clock is paused', [aFrame({ hasFakeClock: true }, false)], 'has a clock that stands still'],
  ['one whose clock runs', [aFrame({ hasFakeClock: true })], undefined],
  ['one without scripts', [aFrame({ config: 'unread' }, false)], 'javaScriptEnabled: false'],
  ['one that reads no configuration', [aFrame({ config: 'unread' })], 'has not read `downlinkConfig`'],
  ['one that was open before', [aFrame({ config: 'absent' })], 'open before the test joined it'],
  ['one that is switched off', [aFrame({ config: 'disabled' })], '`enabled: false`'],
  ['one that is offline', [aFrame({ isOnline: false })], 'setOffline(false)'],
])('says of %s what there is to say', async (_what, frames, expected) => {
  const lines = await look('http://game.test/', ...frames)
  expect(lines).toEqual(expected === undefined ? [] : [expect.stringContaining(expected)])
  if (expected !== undefined) expect(lines[0]).toMatch(/^http:\/\/game\.test\/ /)
})

it('asks of a blank page whether it is meant', async () => {
  expect(await look('about:blank', aFrame({ config: 'unread' }))).toEqual([
    'about:blank is blank: has the test gone to the game?',
  ])
})

/** Looks at the pages that a test has open: do they answer, does their clock run, have they read the configuration? */
import { withTimeout } from '@downlink/artifacts'
import { describePage, type PageState, runTimer } from '../page-scripts.ts'

interface FramePort {
  evaluate<Result>(run: () => Result): Promise<Awaited<Result>>
}

export interface LookPort {
  url(): string
  /** The main frame first. */
  frames(): readonly FramePort[]
}

/** For a page to answer. */
const patienceMs = 1000

const late = () => 'late' as const

/** One line for each that is not as it should be. Never rejects. */
export async function lookAtPages(pages: readonly LookPort[]): Promise<readonly string[]> {
  const lines = await Promise.all(pages.map(lookAtPage))
  return lines.filter((line) => line !== undefined)
}

async function lookAtPage(page: LookPort): Promise<string | undefined> {
  const url = page.url()
  try {
    const looks = page.frames().map(async (frame) => ({ frame, state: await frame.evaluate(describePage) }))
    const found = await withTimeout(() => Promise.all(looks), patienceMs, late)
    if (found === 'late') return `${url} does not answer: its main thread is busy, or a dialog is open`
    // The game may be in any of its frames.
    const game = found.find(({ state }) => state.config === 'read') ?? found[0]
    if (game === undefined) return undefined
    const runs = (await withTimeout(() => game.frame.evaluate(runTimer), patienceMs, late)) !== 'late'
    const fault = runs ? faultOf(url, game.state) : faultOfTimers(game.state)
    return fault && `${url} ${fault}`
  } catch {
    // It has closed, crashed or gone elsewhere meanwhile.
    return undefined
  }
}

function faultOfTimers({ hasFakeClock }: PageState): string {
  return hasFakeClock
    ? 'has a clock that stands still, and what it sends waits for its timers: `await page.clock.runFor(1000)`, or `page.clock.resume()`'
    : 'runs no timers: is it without scripts, by `javaScriptEnabled: false`?'
}

function faultOf(url: string, { config, isOnline }: PageState): string | undefined {
  switch (config) {
    case 'absent':
      return 'was not given `downlinkConfig`: it was open before the test joined it'
    case 'unread':
      if (url === 'about:blank') return 'is blank: has the test gone to the game?'
      return 'has not read `downlinkConfig`: is telemetry created in it, and does it ask for that, as @downlink/client does?'
    case 'disabled':
      return 'has `enabled: false` in its `downlinkConfig`: it sends nothing'
    case 'read':
      return isOnline ? undefined : 'is offline: `await context.setOffline(false)`'
  }
}

/** Ends the session while nobody plays; another begins as soon as somebody does. */

import { endSession } from '../end-session.ts'
import { warnOfUnknownOptions } from '../environment.ts'
import type { LinkState } from '../link-state.ts'
import type { PageScope } from './environment.ts'
import { measured, type Part } from './instrument.ts'

export interface IdleOptions {
  /** Milliseconds without input and without an event of the game; looked at each minute. @default 1800000 */
  readonly afterMs?: number
}

export const idleDefaults = { afterMs: 1_800_000 }

/** Come of a page that nobody plays, too. */
const passive = /^(error|page_hidden|page_shown|game_paused|game_resumed)$/

/** In a worker, which hears no input, it never ends. Nor does it before all is acknowledged. */
export function idle(options: IdleOptions = {}): Part {
  warnOfUnknownOptions(options, ['afterMs'])
  const checkIntervalMs = 60_000
  return (host) => {
    const { telemetry, scope, nowMs, on, every, onStop } = host
    if (!scope.document) return
    let activeMs = nowMs()
    let newest: string | undefined
    /** The link's state since it was stopped last: each stop leaves another. */
    let stopped: LinkState | undefined
    /** Changes with each move of a gamepad, which is no event of the window. */
    let pads = padsOf(scope)

    function play(): void {
      activeMs = nowMs()
      if (!host.isIdle) return
      // First, for a telemetry that is switched off tells of its start, and so stops the parts.
      host.isIdle = false
      telemetry.start()
    }

    async function rest(): Promise<void> {
      host.isIdle = true
      await telemetry.flush()
      if (host.isIdle) end()
    }

    function end(): void {
      endSession(telemetry)
      // The stop in it was heard as the owner's.
      host.isIdle = true
    }

    every(checkIntervalMs, () => {
      const before = pads
      pads = padsOf(scope)
      if (before !== pads) play()
      // Where its owner has stopped it, it is not ours to start again.
      else if (nowMs() - activeMs >= (options.afterMs ?? idleDefaults.afterMs) && telemetry.status() !== stopped)
        void rest()
    })
    onStop(
      telemetry.buffer.subscribe(() => {
        const state = telemetry.status()
        if (state.status === 'idle' && state !== stopped) {
          stopped = state
          host.isIdle = false
        }
        for (const { id, type } of telemetry.recent(1)) {
          if (id === newest) return
          newest = id
          if (!measured.test(type) && !passive.test(type)) play()
          else if (host.isIdle) {
            if (type === 'error') telemetry.start()
            // Nothing, where there still is a link: it is of the session that is to end.
            else {
              telemetry.buffer.drain(1)
              end()
            }
          }
        }
      }),
    )
    for (const type of ['pointerdown', 'pointermove', 'wheel', 'keydown']) on(type, play)
    onStop(play)
  }
}

function padsOf({ navigator }: PageScope): string {
  try {
    return String(navigator?.getGamepads().map((pad) => pad?.timestamp))
  } catch {
    // There are none, or the page may not ask.
    return ''
  }
}

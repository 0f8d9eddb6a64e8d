/** Ends the session while nobody plays, and goes on with it as soon as somebody does. */
import type { PageScope } from './environment.ts'
import { happenedLately, type Part } from './instrument.ts'

export interface IdleOptions {
  /** Milliseconds without input and without an event of the game; looked at each minute. @default 1800000 */
  readonly afterMs?: number
}

export const idleDefaults = { afterMs: 1_800_000 }

const checkIntervalMs = 60_000
const inputs = ['pointerdown', 'pointermove', 'wheel', 'keydown', 'visibilitychange']

/** The collector is told that the session has ended. In a worker, which hears no input, it never does. */
export function idle({ afterMs = idleDefaults.afterMs }: IdleOptions = {}): Part<'session_resumed'> {
  return (host) => {
    const { telemetry, scope, nowMs, on, every, onStop } = host
    if (!scope.document) return
    let activeMs = nowMs()
    /** Changes with each event of the game and each move of a gamepad, which is no event of the window. */
    const play = (): string => `${happenedLately(telemetry).at(-1)?.seq} ${padsOf(scope)}`
    let seen = play()

    function wake(): void {
      if (!host.isIdle) return
      host.isIdle = false
      telemetry.start()
    }

    function resume(): void {
      if (host.isIdle) {
        wake()
        telemetry.push('session_resumed', { idleMs: Math.round(nowMs() - activeMs) })
      }
      activeMs = nowMs()
    }

    every(checkIntervalMs, () => {
      const before = seen
      seen = play()
      if (before !== seen) resume()
      // Where its owner has stopped it, it is not ours to start again.
      else if (nowMs() - activeMs >= afterMs && telemetry.status().status !== 'idle') {
        host.isIdle = true
        telemetry.stop()
      }
    })
    onStop(telemetry.buffer.subscribe(() => host.isIdle && play() !== seen && resume()))
    for (const type of inputs) on(type, resume)
    onStop(wake)
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

/** Measures how smoothly the game runs: the times of its frames, summed up once a second. */
import { sumOf } from '../outbox.ts'
import type { AutoEvents } from './events.ts'
import { guarded } from './guarded.ts'
import type { Part } from './instrument.ts'
import { withoutQueries } from './without-queries.ts'

/** What Chromium tells of a frame that took over 50 ms: https://w3c.github.io/long-animation-frames/ */
const longFrameType = 'long-animation-frame'

/** From one frame to the next, while the page is seen; and the longest of a second, where the browser tells why. */
export function frames(): Part<'frame_times' | 'long_frame'> {
  const windowMs = 1000
  /** Of a window that never ends, for a game has replaced the timers. */
  const maxFrames = 10_000
  return (host) => {
    const { telemetry, scope, nowMs, on, every, onStop } = host
    let times: number[] = []
    let longest: LongFrame | undefined
    let longFrames = 0
    /** When the frame before began; 0 where there was a pause, whose length is no frame's. */
    let beganMs = 0
    let tickedMs = nowMs()
    let request: number | undefined

    function frame(atMs: number): void {
      request = scope.requestAnimationFrame?.(frame)
      if (beganMs && times.length < maxFrames) times.push(atMs - beganMs)
      beganMs = atMs
    }

    every(windowMs, () => {
      const sinceMs = nowMs() - tickedMs
      tickedMs += sinceMs
      if (times.length) {
        if (!host.isIdle) {
          telemetry.push('frame_times', sumUp(times))
          if (longest) telemetry.push('long_frame', describe(longest, longFrames))
        }
        times = []
        longest = undefined
        longFrames = 0
      } else if (sinceMs < 2 * windowMs) {
        // The page runs and draws nothing: it is out of sight. One that stands still, as it does while it loads, ticks late.
        beganMs = 0
      }
    })
    on('visibilitychange', () => {
      beganMs = 0
    })
    onStop(() => scope.cancelAnimationFrame?.(request as number))
    request = scope.requestAnimationFrame?.(frame)

    // Others would warn of a type that they do not know.
    if (!scope.PerformanceObserver?.supportedEntryTypes?.includes(longFrameType)) return
    const observer = new scope.PerformanceObserver(
      guarded((list) => {
        for (const entry of list.getEntries() as LongFrame[]) {
          longFrames++
          if (!longest || entry.duration > longest.duration) longest = entry
        }
      }),
    )
    onStop(() => observer.disconnect())
    observer.observe({ type: longFrameType })
  }
}

function sumUp(times: number[]): AutoEvents['frame_times'] {
  times.sort((a, b) => a - b)
  /** The least time that `share` of the frames did not exceed. */
  const percentile = (share: number): number => toTenths(times[Math.ceil(share * times.length) - 1] as number)
  return {
    fps: toTenths((times.length * 1000) / sumOf(times)),
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    max: percentile(1),
  }
}

interface LongFrame extends PerformanceEntry {
  readonly scripts?: readonly (PerformanceEntry & {
    readonly invoker: string
    readonly sourceURL: string
    readonly sourceFunctionName: string
  })[]
}

function describe({ duration, scripts = [] }: LongFrame, count: number): AutoEvents['long_frame'] {
  const [script] = [...scripts].sort((one, other) => other.duration - one.duration)
  return {
    tookMs: Math.round(duration),
    count,
    ...(script && {
      invoker: withoutQueries(script.invoker),
      source: withoutQueries(script.sourceURL),
      function: script.sourceFunctionName,
    }),
  }
}

const toTenths = (value: number): number => Math.round(value * 10) / 10

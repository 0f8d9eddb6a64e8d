/** Measures how smoothly the game runs: the times of its frames, summed up once a second. */
import type { AutoEvents } from './events.ts'
import type { Part } from './instrument.ts'

const windowMs = 1000

/** From one frame to the next, while the page is seen. */
export function frames(): Part<'frame_times'> {
  return ({ telemetry, scope, nowMs, on, every, onStop }) => {
    let times: number[] = []
    /** When the frame before began; undefined where there was a pause, whose length is no frame's. */
    let beganMs: number | undefined
    let tickedMs = nowMs()
    let request: number | undefined

    function frame(atMs: number): void {
      request = scope.requestAnimationFrame?.(frame)
      if (beganMs !== undefined) times.push(atMs - beganMs)
      beganMs = atMs
    }

    every(windowMs, () => {
      const sinceMs = nowMs() - tickedMs
      tickedMs += sinceMs
      if (times.length > 0) {
        telemetry.push('frame_times', sumUp(times))
        times = []
      } else if (sinceMs < 2 * windowMs) {
        // The page runs and draws nothing: it is out of sight. One that stands still, as it does while it loads, ticks late.
        beganMs = undefined
      }
    })
    on('visibilitychange', () => {
      beganMs = undefined
    })
    onStop(() => scope.cancelAnimationFrame?.(request as number))
    request = scope.requestAnimationFrame?.(frame)
  }
}

function sumUp(times: number[]): AutoEvents['frame_times'] {
  times.sort((a, b) => a - b)
  const totalMs = times.reduce((sum, ms) => sum + ms)
  /** The least time that `share` of the frames did not exceed. */
  const percentile = (share: number): number => toTenths(times[Math.ceil(share * times.length) - 1] as number)
  return {
    fps: toTenths((times.length * 1000) / totalMs),
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    max: percentile(1),
  }
}

const toTenths = (value: number): number => Math.round(value * 10) / 10

/** Measures how long it takes over a WebSocket from a ping to its pong, which browsers answer by themselves. */
import type { WebSocket } from 'ws'
import type { RecentDurations } from '../metrics/recent-durations.ts'

/** @returns what sends the next ping */
export function measureRoundTrips(
  ws: Pick<WebSocket, 'ping' | 'on'>,
  roundTrips: Pick<RecentDurations, 'add'>,
  monotonicMs: () => number,
): () => void {
  let pingedAtMs: number | undefined
  ws.on('pong', () => {
    if (pingedAtMs !== undefined) roundTrips.add(monotonicMs() - pingedAtMs)
    pingedAtMs = undefined
  })
  return () => {
    // One that is not answered yet goes on: to begin anew would call a slow link a fast one.
    pingedAtMs ??= monotonicMs()
    ws.ping()
  }
}

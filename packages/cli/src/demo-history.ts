/** Sends the sessions that a game makes up for the days before, beside a demo and slower than it could. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { PastEvent, PastSession } from './game-module.ts'

/** What plays now and whoever opens the page go before: of each turn the history takes a half. */
const turnMs = { busy: 8, idle: 8 }
/** Of a body that any collector takes. */
const eventsOfBody = 500

/**
 * @param url where the collector takes telemetry: `ws://…/telemetry`
 * @param ending ends it; what is under way is sent whole, or not at all
 * @throws {Error} where one is not taken
 */
export async function sendHistory(sessions: readonly PastSession[], url: string, ending: AbortSignal): Promise<void> {
  const address = url.replace(/^ws/, 'http')
  for (const session of sessions) {
    const events = await eventsOf(session, ending)
    if (ending.aborted) return
    await send(session, events, address)
  }
}

async function eventsOf(session: PastSession, ending: AbortSignal): Promise<readonly PastEvent[]> {
  const events: PastEvent[] = []
  let turnEndsAtMs = performance.now() + turnMs.busy
  for (const step of session.play()) {
    events.push(...step)
    if (performance.now() < turnEndsAtMs) continue
    if (ending.aborted) break
    await setTimeout(turnMs.idle)
    turnEndsAtMs = performance.now() + turnMs.busy
  }
  return events
}

/** As a client does that is gone once it has sent: by POST, in order, from the first to the end. */
async function send(
  { build, labels, clockAheadMs }: PastSession,
  events: readonly PastEvent[],
  url: string,
): Promise<void> {
  const hello = { session: randomUUID(), proof: randomBytes(16).toString('hex'), conn: 1, meta: { build, labels } }
  for (let sent = 0; sent < events.length; sent += eventsOfBody) {
    const batch = events.slice(sent, sent + eventsOfBody)
    const [next, pushed] = [sent + 1, sent + batch.length]
    const end = pushed === events.length ? { end: true } : {}
    const now = Date.now() + clockAheadMs
    await post(url, { ...hello, now, next, seq: next, pushed, events: batch, ...end })
  }
}

/** Whoever comes too fast comes again when told to. */
async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  if (response.ok) return void (await response.arrayBuffer())
  const retryAfterS = Number(response.headers.get('retry-after'))
  if (!(response.status === 429 && retryAfterS > 0))
    throw new Error(`Expected 200, got ${response.status}: ${await response.text()}`)
  await setTimeout(retryAfterS * 1000)
  return post(url, body)
}

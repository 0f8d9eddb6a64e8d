/** Pushes events of a session by POST, with a build and labels as a game would set them. */
import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from '@playwright/test'

export interface PushedSession {
  readonly id: string
  /** Resolves once they are acknowledged. Elements of the wire: events with a timestamp, or drops. */
  push(...elements: readonly object[]): Promise<void>
}

export function aSession({ url }: { readonly url: string }, meta: object = {}): PushedSession {
  const hello = { session: randomUUID(), proof: randomBytes(16).toString('hex'), conn: 1, meta }
  let pushed = 0
  return {
    id: hello.session,
    async push(...elements) {
      const seq = pushed + 1
      pushed += elements.length
      const batch = { ...hello, next: seq, seq, pushed, now: Date.now(), events: elements }
      const answer = await fetch(`${url}/telemetry`, { method: 'POST', body: JSON.stringify(batch) })
      expect(answer.status).toBe(200)
    },
  }
}

export const stamped = (event: object): object => ({ timestamp: Date.now(), ...event })

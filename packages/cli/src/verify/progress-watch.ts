/** Tells when a verification gets no further: nothing was pushed or acknowledged for a while, or a link has stopped for good. */
import type { Client } from './client.ts'

export interface ProgressWatch {
  /** @param isExpected nothing need go on now: a fault is dealt that has a limit of its own. @default false */
  hasEnded(isExpected?: boolean): boolean
}

type WatchedClient = Pick<Client, 'status'> & { readonly acks: Pick<Client['acks'], 'pushed' | 'acked'> }

/** An election takes some seconds, and so does the start of a collector on a machine that has much to do. */
export const standstillMs = 30_000

/** @param monotonicMs a clock that never steps, in milliseconds */
export function createProgressWatch(clients: readonly WatchedClient[], monotonicMs: () => number): ProgressWatch {
  let [last, lastMs] = [-1, monotonicMs()]
  return {
    hasEnded(isExpected = false) {
      const count = clients.reduce((sum, { acks }) => sum + acks.pushed + acks.acked, 0)
      if (count !== last || isExpected) [last, lastMs] = [count, monotonicMs()]
      // What one client can't send any more no other makes good.
      return clients.some(({ status }) => status().status === 'stopped') || monotonicMs() - lastMs >= standstillMs
    },
  }
}

/** Connects a buffer to a collector: puts link and sender together, and takes in what the collector answers. */
import { decodeServerFrame } from '@downlink/protocol'
import { resolveAddress } from './address.ts'
import type { LinkedBuffer } from './buffer.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection-timer.ts'
import { createLink } from './link.ts'
import type { LinkState } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import type { OutboxStats } from './outbox.ts'
import { followPage } from './page-lifecycle.ts'
import type { Environment } from './ports.ts'
import { createSender } from './sender.ts'
import type { Session } from './session.ts'

export interface Connector {
  status(): LinkState
  start(): void
  /** Lets the link go. Before it is `idle` it says that nothing follows; where it is `disabled` it says nothing more. */
  disconnect(status: 'idle' | 'disabled'): void
  /** Sends what there is, without waiting for the drain interval. */
  drain(): void
  stats(): OutboxStats
}

/** Makes a connector. A spool is one that puts itself around this. */
export type ConnectorFactory = typeof createConnector

export function createConnector(
  settings: TelemetrySettings,
  environment: Environment,
  buffer: LinkedBuffer,
  session: Session,
  clock: Clock,
): Connector {
  const { outbox } = buffer
  const connection: Connection = { state: { status: 'idle' } }
  const sender = createSender(settings, environment, connection, buffer, () => link.closed())
  const link = createLink(settings, environment, connection, buffer, session, clock, sender, received)
  let unfollow: (() => void) | undefined

  function received(text: unknown): void {
    const frame = decodeServerFrame(text)
    if (frame?.t === 'slow') link.dispatch('slow', frame.retryAfterMs)
    if (!frame || !('totals' in frame)) return
    const committed = 'seq' in frame ? frame.seq : frame.ack
    if (committed > outbox.pushed) {
      environment.warn('session is not ours')
      outbox.renew()
      session.renew()
      link.closed()
      return
    }
    if (committed > outbox.acked) {
      link.dispatch('acked')
      sender.acked()
    }
    outbox.ack(committed, frame.totals)
    if (frame.t === 'welcome') {
      sender.welcome(frame)
      link.dispatch('welcomed')
      sender.drain()
    } else sender.send(false)
  }

  return {
    status: () => connection.state,
    start() {
      buffer.wake = sender.wake
      unfollow ??= followPage(settings, environment, connection, outbox, sender, link, received)
      try {
        resolveAddress(settings, environment)
        link.dispatch('start')
      } catch (cause) {
        link.fail(cause)
      }
    },
    disconnect(status) {
      if (status === 'idle') sender.end()
      unfollow?.()
      unfollow = buffer.wake = undefined
      link.enter({ status })
    },
    drain: sender.drain,
    stats: buffer.stats,
  }
}

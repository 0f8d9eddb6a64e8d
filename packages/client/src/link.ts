/** Moves the link from state to state: has its connection opened and closed, waits for the next attempt, and says why it fails. */
import type { Hello } from '@downlink/protocol'
import type { LinkedBuffer } from './buffer.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection-timer.ts'
import { closedAbnormally } from './constants.ts'
import { createHandshake } from './handshake.ts'
import { type LinkEvent, type LinkState, transition } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import type { Environment } from './ports.ts'
import type { Sender } from './sender.ts'
import type { Session } from './session.ts'

export interface Link {
  /** The hello of the present connection. */
  hello(): Hello
  /** Goes where an event leads to. */
  dispatch(...event: LinkEvent): void
  /** Goes where no event leads to, for its owner wants it. */
  enter(state: LinkState): void
  /** The connection is lost or dead: what it was closed with, and the collector's sentence. */
  closed(code?: number, message?: string): void
  /** No address, or no socket, can be had: stops for good. */
  fail(cause: unknown): void
  /** Warns of what keeps it from working. Once in a row, for a collector repeats itself with each attempt. */
  warn(sentence: string): void
}

/** @param received takes in what the collector says */
export function createLink(
  settings: TelemetrySettings,
  environment: Environment,
  { outbox, changed }: LinkedBuffer,
  session: Session,
  clock: Clock,
  connection: Connection,
  sender: Sender,
  received: (text: unknown) => void,
): Link {
  const { monotonicMs, setTimer } = environment
  /** Of the retry, or of the welcome. */
  let cancelTimer: (() => void) | undefined
  let warned = ''
  const events = {
    received(data: unknown) {
      sender.heard()
      received(data)
    },
    closed(code: number = closedAbnormally, message?: string) {
      const { state } = connection
      const isFruitless = state.status === 'open' && !state.progressed && outbox.sent > outbox.acked
      if (state.status === 'connecting') handshake.refused(code)
      link.dispatch('closed', code, message)
      if (isFruitless) sender.shrink(code)
    },
    fail: (cause: unknown) => link.enter({ status: 'stopped', reason: 'no-socket', message: `${cause}` }),
  }
  const handshake = createHandshake(settings, environment, outbox, session, clock, connection, events)
  const link: Link = {
    ...events,
    hello: handshake.hello,
    dispatch(...event) {
      const conditions = [monotonicMs(), environment.random(), environment.isOnline()] as const
      link.enter(transition(connection.state, event, settings, conditions))
    },
    enter(state) {
      const { status } = connection.state
      connection.state = state
      if (state.status !== status) {
        cancelTimer?.()
        if (state.status !== 'open') {
          handshake.close()
          sender.stop()
        }
        if ('retryAtMs' in state) cancelTimer = setTimer(() => link.dispatch('retry'), state.retryAtMs - monotonicMs())
        if (state.status === 'connecting') {
          cancelTimer = setTimer(link.closed, settings.ackDeadlineMs)
          void handshake.open()
        }
      }
      if ('message' in state && state.message) link.warn(state.message)
      else if (state.status === 'stopped') link.warn(`Stopped: ${state.reason}`)
      changed()
    },
    warn(sentence) {
      if (sentence !== warned) environment.warn(sentence)
      warned = sentence
    },
  }
  return link
}

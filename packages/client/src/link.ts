/**
 * Moves the link from state to state: calls the collector and says hello, lets it go, waits for the next attempt, and says
 * why it fails.
 */
import { encodeJson, type Hello, subprotocol } from '@downlink/protocol'
import { resolveAddress } from './address.ts'
import type { LinkedBuffer } from './buffer.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection-timer.ts'
import { closedAbnormally, closedNormally } from './constants.ts'
import { type LinkEvent, type LinkState, transition } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import type { Environment } from './ports.ts'
import { type Sender, tooLarge } from './sender.ts'
import type { Session } from './session.ts'

export interface Link {
  /** Who we are, and how far we are, on the present connection. */
  hello(): Hello
  /** Goes where an event leads to. */
  dispatch(...event: LinkEvent): void
  /** Goes where no event leads to, for its owner wants it. */
  enter(state: LinkState): void
  /** The connection is lost or dead: what it was closed with, and the collector's sentence. */
  closed(code?: number, message?: string): void
  /** No address, or no socket, can be had: stops for good. */
  fail(cause: unknown): void
}

/** @param received takes in what the collector says */
export function createLink(
  settings: TelemetrySettings,
  environment: Environment,
  connection: Connection,
  { outbox, changed }: LinkedBuffer,
  session: Session,
  clock: Clock,
  sender: Sender,
  received: (text: unknown) => void,
): Link {
  let { key } = settings
  /** The connection epoch: grows when a connection is let go, so that what belongs to an old one can be told. */
  let epoch = 0
  /** False once a collector could not read a hello, or had no room for it: no description is worth the session. */
  let isDescribed = true
  /** Of the retry, or of the welcome. */
  let cancelTimer: (() => void) | undefined
  let warned = ''

  const link: Link = {
    hello: () => ({
      session: session.id,
      proof: session.proof,
      conn: session.epoch + epoch,
      key,
      next: outbox.acked + 1,
      pushed: outbox.pushed,
      now: clock(),
      ...(isDescribed && { schema: settings.schema, meta: { build: settings.build, labels: settings.labels } }),
    }),
    dispatch(...event) {
      link.enter(
        transition(connection.state, event, settings, [
          environment.monotonicMs(),
          environment.random(),
          environment.isOnline(),
        ]),
      )
    },
    enter(state) {
      const { status } = connection.state
      connection.state = state
      if (state.status !== status) {
        cancelTimer?.()
        if (state.status !== 'open') {
          hangUp()
          sender.stop()
        }
        if ('retryAtMs' in state)
          cancelTimer = environment.setTimer(() => link.dispatch('retry'), state.retryAtMs - environment.monotonicMs())
        if (state.status === 'connecting') {
          cancelTimer = environment.setTimer(link.closed, settings.ackDeadlineMs)
          void call()
        }
      }
      const sentence = ('message' in state && state.message) || ('reason' in state && `stopped: ${state.reason}`)
      // Once in a row, for a collector repeats itself with each attempt.
      if (sentence && sentence !== warned) {
        warned = sentence
        environment.warn(sentence)
      }
      changed()
    },
    closed(code = closedAbnormally, message) {
      const { state } = connection
      const isFruitless = state.status === 'open' && !state.progressed && outbox.sent > outbox.acked
      if (state.status === 'connecting' && (code === 4400 || tooLarge.includes(code))) isDescribed = false
      link.dispatch('closed', code, message)
      if (isFruitless) sender.shrink(code)
    },
    fail: (cause) => link.enter({ status: 'stopped', reason: 'no-socket', message: `${cause}` }),
  }

  /** Calls the collector, with a fresh key where one can be fetched. */
  async function call(): Promise<void> {
    const ours = epoch
    let hasKey = false
    try {
      const token = settings.getToken ? await settings.getToken() : key
      if (ours !== epoch) return
      key = token
      hasKey = true
      const socket = environment.createSocket(resolveAddress(settings, environment), [subprotocol])
      socket.onopen = () => socket.send(encodeJson({ t: 'hello', ...link.hello() }))
      socket.onmessage = (event) => {
        sender.heard()
        received(event.data)
      }
      socket.onclose = (event) => link.closed(event.code, event.reason || undefined)
      // The close that follows says more; but `ws` throws an error that nobody listens for.
      socket.onerror = () => {}
      environment.development?.socket(socket, outbox.at)
      connection.socket = socket
    } catch (cause) {
      if (hasKey) link.fail(cause)
      else if (ours === epoch) link.closed()
    }
  }

  /** Lets the connection go, where there is one; what still comes of it is passed over. */
  function hangUp(): void {
    const socket = connection.socket
    epoch++
    if (socket) {
      socket.onmessage = socket.onclose = null
      socket.close(closedNormally)
    }
    connection.socket = undefined
  }
  return link
}

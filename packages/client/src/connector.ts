/** Carries out what the link state says: sockets, timers, and what the collector answers. */
import {
  type CloseCode,
  decodeServerFrame,
  encodeBatch,
  encodeFrame,
  type Hello,
  subprotocol,
} from '@downlink/protocol'
import { createPacker } from './batch.ts'
import type { LinkedBuffer } from './buffer.ts'
import type { Clock } from './clock.ts'
import { resolveEndpoint } from './endpoint.ts'
import type { Environment, PageSignal } from './environment.ts'
import { createExitFlush } from './exit-flush.ts'
import { type LinkEvent, type LinkState, step } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import { createSender } from './sender.ts'
import type { Session } from './session.ts'
import type { SocketPort } from './socket.ts'

export interface Connector {
  status(): LinkState
  start(): void
  /** Lets the link go: `idle` says goodbye first, `disabled` does not. */
  rest(status: 'idle' | 'disabled'): void
  /** Sends what is there, without waiting for the drain interval. */
  drain(): void
}

const closedNormally: CloseCode = 1000
/** What browsers report of a connection that was lost or refused. */
const closedAbnormally: number = 1006

/** What a collector closes with that can't read, or has no room for, all that a session says of itself. */
const introductionRefused: readonly number[] = [4400, 4413, 1009] satisfies CloseCode[]

export function createConnector(
  settings: TelemetrySettings,
  environment: Environment,
  buffer: LinkedBuffer,
  session: Session,
  clock: Clock,
): Connector {
  const { url, getToken, schema, build, labels, version } = settings
  const { development, warn, monotonicMs } = environment
  const { outbox } = buffer
  const pack = createPacker(outbox, ({ type, timestamp, data }) => ({ type, timestamp, data, version }))
  const sender = createSender(settings, outbox, pack)
  const post = (body: string): Promise<string | undefined> => environment.post(endpoint.replace(/^ws/, 'http'), body)
  const exitFlush = createExitFlush(outbox, pack, post, settings.exitBudgetBytes, environment)
  /** Empty until it is started, or where there is none. */
  let endpoint = ''
  let state: LinkState = { status: 'idle' }
  let socket: SocketPort | undefined
  let cancelAlarm: (() => void) | undefined
  let unlisten: (() => void) | undefined
  /** Grows when a connection is let go, so that what belongs to an old one can be told. */
  let conn = 1
  let { key } = settings
  /** False once a hello was refused: an older collector has less room, and no description is worth the session. */
  let isDescribed = true
  /** Something is expected of the collector besides acks: a beat after a ping. */
  let awaiting = false
  /** Since when we wait in vain. */
  let silentSinceMs = 0
  /** The last sentence that was warned of: a collector repeats itself with each attempt. */
  let told = ''

  /** The one timer: of the retry, of the welcome, or of the next drain. */
  const alarm = (delayMs: number, run: () => void): void => {
    cancelAlarm?.()
    cancelAlarm = environment.setTimer(run, delayMs)
  }

  const dispatch = (...event: LinkEvent): void =>
    enter(
      step(state, event, settings, {
        nowMs: monotonicMs(),
        random: environment.random(),
        isOnline: environment.isOnline(),
      }),
    )

  const enter = (next: LinkState): void => {
    const { status } = state
    state = next
    if (next.status !== status) {
      if (next.status !== 'open') disconnect()
      if ('retryAtMs' in next) alarm(next.retryAtMs - monotonicMs(), () => dispatch('retry'))
      if (next.status === 'connecting') void connect(conn)
    }
    if (next.status === 'stopped') tell(next.message ?? `Stopped: ${next.reason}`)
    else if ('attempt' in next && next.message) tell(next.message)
    buffer.changed()
  }

  const tell = (sentence: string): void => {
    if (sentence !== told) warn(sentence)
    told = sentence
  }

  const noSocket = (cause: unknown): void => enter({ status: 'stopped', reason: 'no-socket', message: `${cause}` })

  const disconnect = (): void => {
    cancelAlarm?.()
    conn++
    awaiting = false
    if (socket) {
      socket.onmessage = socket.onclose = null
      socket.close(closedNormally)
    }
    socket = undefined
    outbox.lose()
  }

  const connect = async (attempt: number): Promise<void> => {
    alarm(settings.ackDeadlineMs, lost)
    try {
      const token = getToken ? await getToken() : key
      if (attempt !== conn) return
      key = token
    } catch {
      if (attempt === conn) lost()
      return
    }
    try {
      const opened = environment.createSocket(endpoint, [subprotocol])
      opened.onopen = () => opened.send(encodeFrame({ t: 'hello', ...hello() }))
      opened.onmessage = ({ data }) => {
        awaiting = false
        silentSinceMs = monotonicMs()
        receive(data)
      }
      opened.onclose = ({ code, reason }) => lost(code, reason || undefined)
      // The close that follows says more; but `ws` throws an error that nobody listens for.
      opened.onerror = () => {}
      development?.watch(opened, outbox.at)
      socket = opened
    } catch (cause) {
      noSocket(cause)
    }
  }

  const lost = (code = closedAbnormally, reason?: string): void => {
    const fruitless = state.status === 'open' && !state.progressed && outbox.cursor > outbox.acked
    if (state.status === 'connecting' && introductionRefused.includes(code)) isDescribed = false
    dispatch('closed', code, reason)
    if (fruitless) sender.shrink(code)
  }

  const receive = (text: unknown): void => {
    const frame = decodeServerFrame(String(text))
    if (!frame || frame.t === 'beat') return
    if (frame.t === 'slow') {
      dispatch('slow', frame.retryAfterMs)
      return
    }
    const mark = frame.t === 'ack' ? frame.seq : frame.ack
    if (mark > outbox.pushed) {
      warn(`Session ${session.id} is not ours.`)
      outbox.renumber()
      session.renew()
      lost()
      return
    }
    if (mark > outbox.acked) {
      dispatch('acked')
      sender.grow()
    }
    outbox.settle(mark, frame.totals)
    if (frame.t === 'welcome') {
      if (frame.leftOut) tell(`Collector left out: ${frame.leftOut}`)
      sender.welcome(frame)
      dispatch('welcomed')
      drain()
    } else {
      send(false)
    }
  }

  const drain = (): void => {
    if (state.status !== 'open') return
    alarm(settings.drainIntervalMs, drain)
    const isExpecting = awaiting || outbox.cursor > outbox.acked
    const nowMs = monotonicMs()
    if (!isExpecting || nowMs < state.slowUntilMs) silentSinceMs = nowMs
    if (nowMs - silentSinceMs >= settings.ackDeadlineMs) lost()
    else send(true)
  }

  const send = (all: boolean): void => {
    if (state.status === 'open' && socket && monotonicMs() >= state.slowUntilMs) {
      try {
        sender.send(socket, all)
      } catch {
        lost()
      }
    }
    buffer.changed()
  }

  /** A full batch goes as soon as the frame that filled it is over. */
  const wake = (): void => {
    if (state.status === 'open') alarm(0, drain)
  }

  const hello = (): Hello => {
    const { acked, pushed } = outbox
    const { id, proof } = session
    const hello = { session: id, proof, conn, key, next: acked + 1, pushed, now: clock() }
    return isDescribed ? { ...hello, schema, meta: { build, labels } } : hello
  }

  /** Sends what is there, and where that is all, says that nothing follows. */
  const end = (): void => {
    drain()
    const { pushed, cursor } = outbox
    if (state.status === 'open' && cursor === pushed) {
      socket?.send(encodeBatch({ t: 'batch', seq: pushed + 1, pushed, end: true }, []))
    }
  }

  const onSignal = (signal: PageSignal): void => {
    const isLeaving = signal === 'pagehide'
    if (isLeaving || signal === 'hidden') {
      isLeaving ? end() : drain()
      if ('attempt' in state) void exitFlush(hello(), isLeaving).then(receive)
    }
    dispatch(signal)
    // A socket can read OPEN and be dead: ask.
    if (signal !== 'hidden' && state.status === 'open') {
      awaiting = true
      socket?.send(encodeFrame({ t: 'ping' }))
    }
  }

  return {
    status: () => state,
    start() {
      buffer.wake = wake
      unlisten ??= environment.onSignal(onSignal)
      try {
        endpoint ||= resolveEndpoint(url, environment.pageUrl)
        dispatch('start')
      } catch (cause) {
        noSocket(cause)
      }
    },
    rest(status) {
      if (status === 'idle') end()
      unlisten?.()
      unlisten = undefined
      buffer.wake = undefined
      enter({ status })
    },
    drain,
  }
}

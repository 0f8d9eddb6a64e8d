/** Carries out what the link state says: sockets, timers, and what the collector answers. */
import { closeCodes, decodeServerFrame, encodeFrame, type Hello, type Rejection, type Totals } from '@downlink/protocol'
import { type Address, resolveAddress } from './address.ts'
import type { EventBuffer } from './buffer.ts'
import type { Clock } from './clock.ts'
import type { Delivery } from './delivery.ts'
import type { Environment, PageSignal, SocketPort } from './environment.ts'
import { createExitFlush } from './exit-flush.ts'
import { type LinkEvent, type LinkState, step } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import { createSender } from './sender.ts'
import type { Session } from './session.ts'

export interface ConnectorPorts {
  readonly buffer: EventBuffer
  readonly clock: Clock
  readonly delivery: Delivery
  readonly environment: Environment
  readonly session: () => Session
  /** Makes another session, since this one turned out not to be ours. */
  readonly renewSession: () => void
  /** Something changed that a status line would show. */
  readonly onChange: () => void
}

export interface Connector {
  readonly state: () => LinkState
  start(): void
  stop(): void
  /** Disconnects for as long as the player, or the flag, wants it. */
  disable(): void
  /** Sends what is there, without waiting for the drain interval. */
  drain(): void
}

type Timer = 'retry' | 'deadline' | 'tick' | 'wake'

const socketOpen = 1
/** What browsers report of a connection that was lost or refused. */
const abnormalClosure = 1006

export function createConnector(settings: TelemetrySettings, ports: ConnectorPorts): Connector {
  const { buffer, clock, delivery, environment, session } = ports
  const { outbox } = buffer
  const { getToken } = settings
  const sender = createSender(settings, delivery, outbox)
  const cancels: { [Name in Timer]?: () => void } = {}
  let state: LinkState = { at: 'idle' }
  let socket: SocketPort | undefined
  let address: Address | undefined
  let unlisten: (() => void) | undefined
  let conn = 0
  let key = environment.config?.key ?? settings.key
  let wantsToken = getToken !== undefined
  /** What this sequence and those before it wait for is room, not the drain interval. */
  let due = 0
  /** Something is expected of the collector besides acks: its welcome, or a beat after a ping. */
  let awaiting = false

  const cancelTimer = (name: Timer): void => {
    cancels[name]?.()
    delete cancels[name]
  }
  const setTimer = (name: Timer, delayMs: number, run: () => void): void => {
    cancelTimer(name)
    cancels[name] = environment.setTimer(() => {
      delete cancels[name]
      run()
    }, delayMs)
  }

  function dispatch(event: LinkEvent): void {
    const moment = { nowMs: environment.wallMs(), random: environment.random() }
    const next = step(state, event, { ...settings, canRefresh: getToken !== undefined }, moment)
    state = next.state
    for (const effect of next.effects) {
      if (effect.do === 'connect') connect()
      else if (effect.do === 'wait') setTimer('retry', effect.delayMs, () => dispatch({ on: 'due' }))
      else disconnect()
    }
    ports.onChange()
  }

  function connect(): void {
    cancelTimer('retry')
    const attempt = ++conn
    awaiting = true
    restartDeadline()
    if (!wantsToken || !getToken) {
      openSocket()
      return
    }
    const isCurrent = (): boolean => attempt === conn && state.at === 'connecting'
    // In a promise's own step, so that a getToken that throws counts as one that rejects.
    Promise.resolve()
      .then(getToken)
      .then(
        (token) => {
          if (!isCurrent()) return
          key = token
          wantsToken = false
          openSocket()
        },
        () => isCurrent() && lost(abnormalClosure),
      )
  }

  function openSocket(): void {
    let opened: SocketPort
    try {
      if (!address) throw new Error('there is no URL, or it is not one: set `url`')
      opened = environment.createSocket(address.socketUrl, [...delivery.protocols])
    } catch (cause) {
      environment.warn(`Can't connect: ${String(cause)}`)
      dispatch({ on: 'impossible' })
      return
    }
    socket = opened
    opened.onopen = () => {
      if (delivery.acked) opened.send(encodeFrame({ t: 'hello', ...hello() }))
      else welcomed()
    }
    opened.onmessage = ({ data }) => receive(data)
    opened.onclose = ({ code }) => lost(code)
    // The close that follows says more; but `ws` throws an error that nobody listens for.
    opened.onerror = () => {}
  }

  function disconnect(): void {
    for (const name of ['retry', 'deadline', 'tick', 'wake'] as const) cancelTimer(name)
    buffer.wakeAt = Number.POSITIVE_INFINITY
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      if (socket.readyState <= socketOpen) socket.close(closeCodes.normal)
      socket = undefined
    }
    outbox.lose()
    buffer.changed()
  }

  function lost(code: number): void {
    const fruitless = state.at === 'open' && !state.progressed && outbox.cursor > outbox.acked
    if (code === closeCodes.unauthorised) wantsToken = getToken !== undefined
    dispatch({ on: 'closed', code })
    if (fruitless) sender.lostWithoutProgress(code)
  }

  function receive(data: unknown): void {
    if (!delivery.acked) return
    const read = decodeServerFrame(String(data))
    if (!read.ok) return
    const frame = read.value
    awaiting = false
    if (frame.t === 'welcome') {
      if (!settle(frame.ack, frame.totals)) return
      sender.allow(frame.window, frame.maxBatchBytes)
      welcomed()
    } else if (frame.t === 'ack') {
      if (!settle(frame.seq, frame.totals)) return
      frame.rejected?.forEach(report)
      send()
    } else if (frame.t === 'slow') dispatch({ on: 'slow', retryAfterMs: frame.retryAfterMs })
    restartDeadline()
  }

  function welcomed(): void {
    dispatch({ on: 'welcomed' })
    drain()
    tick()
  }

  /** @returns false where the session turned out not to be ours */
  function settle(mark: number, totals: Totals): boolean {
    if (mark > outbox.pushed) {
      environment.warn(
        `The collector has ${mark} events of session ${session().id}, which pushed ${outbox.pushed}: starting another session`,
      )
      outbox.renumber()
      ports.renewSession()
      conn = 0
      dispatch({ on: 'closed', code: abnormalClosure })
      return false
    }
    const before = outbox.acked
    outbox.settle(mark, totals)
    if (outbox.acked > before) {
      sender.progressed()
      dispatch({ on: 'acked' })
      buffer.changed()
    }
    return true
  }

  function report(rejection: Rejection): void {
    if (environment.development) {
      environment.warn(`The collector rejected event ${rejection.seq}: ${rejection.code}: ${rejection.message}`)
    }
    settings.onRejected?.(rejection)
  }

  const tick = (): void =>
    setTimer('tick', settings.drainIntervalMs, () => {
      clock.check()
      drain()
      if (state.at === 'open') tick()
    })

  function drain(): void {
    due = outbox.pushed
    send()
  }

  function send(): void {
    if (state.at !== 'open' || !socket || environment.wallMs() < state.slowUntilMs) return
    const before = outbox.cursor
    try {
      sender.drain(socket, due)
    } catch {
      lost(abnormalClosure)
      return
    }
    buffer.wakeAt = outbox.queue.size < settings.batchSize ? settings.batchSize : Number.POSITIVE_INFINITY
    if (outbox.cursor === before) return
    if (!cancels.deadline) restartDeadline()
    buffer.changed()
  }

  /** A full batch goes as soon as the frame that filled it is over. */
  buffer.wake = () => {
    buffer.wakeAt = Number.POSITIVE_INFINITY
    setTimer('wake', 0, drain)
  }

  /** Silence is only suspicious while something is expected. */
  function restartDeadline(): void {
    cancelTimer('deadline')
    const expected = awaiting || (delivery.acked && outbox.cursor > outbox.acked)
    if (!expected) return
    const slowMs = state.at === 'open' ? Math.max(0, state.slowUntilMs - environment.wallMs()) : 0
    setTimer('deadline', settings.ackDeadlineMs + slowMs, () => lost(abnormalClosure))
  }

  /** A socket can read OPEN and be dead: ask. */
  function ping(): void {
    if (state.at !== 'open' || !socket || !delivery.acked) return
    awaiting = true
    socket.send(encodeFrame({ t: 'ping' }))
    if (!cancels.deadline) restartDeadline()
  }

  function hello(): Hello {
    const { id, proof } = session()
    const { schema, build, labels } = settings
    return {
      session: id,
      proof,
      conn: Math.max(1, conn),
      ...(key !== undefined && { key }),
      next: outbox.acked + 1,
      pushed: outbox.pushed,
      now: environment.wallMs(),
      ...(schema !== undefined && { schema }),
      ...((build !== undefined || labels) && {
        meta: { ...(build !== undefined && { build }), ...(labels && { labels }) },
      }),
    }
  }

  const exitFlush = createExitFlush({
    outbox,
    spelling: delivery.spelling,
    post: environment.post,
    budgetBytes: settings.exitBudgetBytes,
    onAnswer: (answer) => {
      if (settle(answer.ack, answer.totals)) send()
    },
  })

  function leave(end: boolean): void {
    drain()
    if (end && state.at === 'open' && socket) sender.end(socket)
    if (delivery.acked && address && 'attempt' in state) exitFlush(address.postUrl, hello(), end)
  }

  function onSignal(signal: PageSignal): void {
    const online = environment.isOnline()
    if (signal === 'online' || signal === 'offline') dispatch({ on: signal })
    else if (signal === 'hidden') leave(false)
    else if (signal === 'leave') {
      leave(true)
      dispatch({ on: 'leave' })
    } else if (signal === 'return') dispatch({ on: 'return', online })
    if (signal !== 'offline' && signal !== 'hidden') ping()
  }

  return {
    state: () => state,
    start() {
      buffer.attached = true
      outbox.forgetTaken()
      address ??= resolveAddress(environment.config?.url ?? settings.url ?? '/telemetry', environment.pageUrl)
      unlisten ??= environment.onSignal(onSignal)
      dispatch({ on: 'start', online: environment.isOnline() })
    },
    stop() {
      drain()
      if (state.at === 'open' && socket) sender.end(socket)
      unlisten?.()
      unlisten = undefined
      buffer.attached = false
      dispatch({ on: 'stop' })
    },
    disable: () => dispatch({ on: 'disable' }),
    drain,
  }
}

/** Carries out what the link state says: sockets, timers, and what the collector answers. */
import {
  closeCodes,
  decodeServerFrame,
  encodeBatch,
  encodeFrame,
  type Hello,
  type Totals,
  telemetryPath,
} from '@downlink/protocol'
import { type Address, resolveAddress } from './address.ts'
import type { LinkedBuffer } from './buffer.ts'
import type { Clock } from './clock.ts'
import { createDelivery } from './delivery.ts'
import type { Environment, SocketPort } from './environment.ts'
import { createExitFlush } from './exit-flush.ts'
import { type LinkEvent, type LinkState, step } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import { createSender } from './sender.ts'
import type { Session } from './session.ts'

export interface ConnectorPorts {
  readonly buffer: LinkedBuffer
  readonly clock: Clock
  readonly environment: Environment
  readonly session: () => Session
  /** Makes another session, since this one turned out not to be ours. */
  readonly renewSession: () => void
}

export interface Connector {
  state(): LinkState
  start(): void
  stop(): void
  /** Disconnects for as long as the player, or the flag, wants it. */
  disable(): void
  /** Sends what is there, without waiting for the drain interval. */
  drain(): void
}

const socketOpen = 1
/** What browsers report of a connection that was lost or refused. */
const abnormalClosure = 1006

export function createConnector(settings: TelemetrySettings, ports: ConnectorPorts): Connector {
  const { buffer, clock, environment, session, renewSession } = ports
  const { outbox } = buffer
  const { getToken, schema, build, labels, batchSize } = settings
  const { config, warn, wallMs, development } = environment
  const delivery = createDelivery(settings, () => session().id)
  const sender = createSender(settings, delivery, outbox)
  const cancels: Partial<Record<'retry' | 'deadline' | 'drain', (() => void) | undefined>> = {}
  let state: LinkState = { at: 'idle' }
  let socket: SocketPort | undefined
  let address: Address | undefined
  let unlisten: (() => void) | undefined
  let conn = 0
  let key = config?.key ?? settings.key
  let wantsToken = !!getToken
  /** The sequence up to which nothing but room is waited for. */
  let due = 0
  /** Something is expected of the collector besides acks: its welcome, or a beat after a ping. */
  let awaiting = false

  /** Sets a timer anew, or only cancels it. */
  const later = (name: keyof typeof cancels, delayMs = 0, run?: () => void): void => {
    cancels[name]?.()
    cancels[name] =
      run &&
      environment.setTimer(() => {
        cancels[name] = undefined
        run()
      }, delayMs)
  }

  const dispatch = (event: LinkEvent): void => {
    const moment = { nowMs: wallMs(), random: environment.random(), online: environment.isOnline() }
    const next = step(state, event, settings, moment)
    state = next.state
    for (const effect of next.effects) {
      if (effect === 'connect') connect()
      else if (effect === 'disconnect') disconnect()
      else if (state.at === 'waiting') {
        later('retry', state.retryAtMs - moment.nowMs, () => dispatch({ on: 'resume', from: 'waiting' }))
      }
    }
    buffer.changed()
  }

  const connect = (): void => {
    const attempt = ++conn
    const isCurrent = (): boolean => attempt === conn && state.at === 'connecting'
    awaiting = true
    watch()
    // A getToken that throws counts as one that rejects.
    new Promise<string | undefined>((resolve) => resolve(wantsToken && getToken ? getToken() : key)).then(
      (token) => {
        key = token
        wantsToken = false
        if (isCurrent()) open()
      },
      () => isCurrent() && lost(abnormalClosure),
    )
  }

  const open = (): void => {
    try {
      if (!address) throw new Error('`url` is not one')
      const opened = environment.createSocket(address.socketUrl, delivery.protocols)
      socket = opened
      opened.onopen = () => {
        if (delivery.acked) opened.send(encodeFrame({ t: 'hello', ...hello() }))
        else welcomed()
      }
      opened.onmessage = ({ data }: { readonly data: unknown }) => receive(data)
      opened.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
        if (development && reason) warn(`${code}: ${reason}`)
        lost(code)
      }
      // The close that follows says more; but `ws` throws an error that nobody listens for.
      opened.onerror = () => {}
    } catch (cause) {
      warn(`Can't connect: ${cause}`)
      dispatch({ on: 'rest', in: { at: 'stopped', because: 'no-socket' } })
    }
  }

  const disconnect = (): void => {
    later('retry')
    later('deadline')
    later('drain')
    buffer.wakeAt = Number.POSITIVE_INFINITY
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      if (socket.readyState <= socketOpen) socket.close(closeCodes.normal)
      socket = undefined
    }
    outbox.lose()
  }

  const lost = (code: number): void => {
    const fruitless = state.at === 'open' && !state.progressed && outbox.cursor() > outbox.acked()
    if (code === closeCodes.unauthorised) wantsToken = !!getToken
    dispatch({ on: 'closed', code })
    if (fruitless) sender.shrink(code)
  }

  const receive = (data: unknown): void => {
    const frame = decodeServerFrame(String(data))
    if (!frame || !delivery.acked) return
    awaiting = false
    if (frame.t === 'welcome') {
      sender.allow(frame.window, frame.maxBatchBytes)
      if (settle(frame.ack, frame.totals)) welcomed()
    } else if (frame.t === 'ack') {
      if (settle(frame.seq, frame.totals)) send()
      for (const { seq, code, message } of (development && frame.rejected) || []) {
        warn(`Event ${seq} was rejected: ${code}: ${message}`)
      }
    } else if (frame.t === 'slow') dispatch({ on: 'slow', retryAfterMs: frame.retryAfterMs })
    watch()
  }

  const welcomed = (): void => {
    awaiting = false
    watch()
    dispatch({ on: 'welcomed' })
    drain()
  }

  /** @returns false where the session turned out not to be ours */
  const settle = (mark: number, totals: Totals): boolean => {
    if (mark > outbox.pushed()) {
      warn(
        `Session ${session().id} is not ours: ${mark} events are acked, ${outbox.pushed()} were pushed. Starting another.`,
      )
      outbox.renumber()
      renewSession()
      lost(abnormalClosure)
      return false
    }
    if (mark > outbox.acked()) {
      sender.grow()
      dispatch({ on: 'acked' })
    }
    outbox.settle(mark, totals)
    buffer.changed()
    return true
  }

  const drain = (): void => {
    clock.check()
    due = outbox.pushed()
    if (state.at === 'open') later('drain', settings.drainIntervalMs, drain)
    send()
  }

  const send = (): void => {
    if (state.at !== 'open' || !socket || wallMs() < state.slowUntilMs) return
    try {
      sender.send(socket, due)
    } catch {
      lost(abnormalClosure)
      return
    }
    buffer.wakeAt = outbox.queued() < batchSize ? batchSize : Number.POSITIVE_INFINITY
    if (!cancels.deadline) watch()
    buffer.changed()
  }

  /** A full batch goes as soon as the frame that filled it is over. */
  buffer.wake = () => {
    buffer.wakeAt = Number.POSITIVE_INFINITY
    later('drain', 0, drain)
  }

  /** Starts the ack deadline anew. Silence is only suspicious while something is expected. */
  const watch = (): void => {
    later('deadline')
    if (!awaiting && (!delivery.acked || outbox.cursor() === outbox.acked())) return
    const slowMs = state.at === 'open' ? Math.max(0, state.slowUntilMs - wallMs()) : 0
    later('deadline', settings.ackDeadlineMs + slowMs, () => lost(abnormalClosure))
  }

  const hello = (): Hello => ({
    session: session().id,
    proof: session().proof,
    conn: conn || 1,
    key,
    next: outbox.acked() + 1,
    pushed: outbox.pushed(),
    now: wallMs(),
    schema,
    meta: build || labels ? { build, labels } : undefined,
  })

  const exitFlush = createExitFlush(
    outbox,
    delivery.spelling,
    environment.post,
    settings.exitBudgetBytes,
    ({ ack, totals }) => settle(ack, totals) && send(),
  )

  /** Says that nothing more follows, where all is sent. */
  const end = (): void => {
    const pushed = outbox.pushed()
    if (state.at === 'open' && socket && delivery.acked && outbox.cursor() === pushed) {
      socket.send(encodeBatch({ seq: pushed + 1, pushed, end: true }, []))
    }
  }

  const onSignal: Parameters<Environment['onSignal']>[0] = (signal) => {
    const leaving = signal === 'leave'
    if (leaving || signal === 'hidden') {
      drain()
      if (leaving) end()
      if (delivery.acked && address && 'attempt' in state) exitFlush(address.postUrl, hello(), leaving)
    }
    if (signal === 'online') dispatch({ on: 'resume', from: 'offline' })
    else if (signal === 'return') dispatch({ on: 'resume', from: 'away' })
    else if (signal === 'offline') dispatch({ on: 'pause', at: 'offline' })
    else if (leaving) dispatch({ on: 'pause', at: 'away' })
    // A socket can read OPEN and be dead: ask.
    if (signal !== 'hidden' && state.at === 'open' && socket && delivery.acked) {
      awaiting = true
      socket.send(encodeFrame({ t: 'ping' }))
      if (!cancels.deadline) watch()
    }
  }

  return {
    state: () => state,
    start() {
      buffer.attached = true
      address ??= resolveAddress(config?.url ?? settings.url ?? telemetryPath, environment.pageUrl)
      unlisten ??= environment.onSignal(onSignal)
      dispatch({ on: 'start' })
    },
    stop() {
      drain()
      end()
      unlisten?.()
      unlisten = undefined
      buffer.attached = false
      dispatch({ on: 'rest', in: { at: 'idle' } })
    },
    disable: () => dispatch({ on: 'rest', in: { at: 'disabled' } }),
    drain,
  }
}

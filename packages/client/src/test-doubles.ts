/** Fakes the world around the client: clock, timers, page and sockets that do what a test says, when it says so. */
import {
  type Batch,
  type ClientFrame,
  decodeClientFrame,
  decodePost,
  type Post,
  type ReceivedElement,
  type Said,
  type ServerFrame,
  type WireDrop,
  type WireEvent,
} from '@downlink/protocol'
import { createTelemetry, type Telemetry, type TelemetryOptions } from './create-telemetry.ts'
import { createDevelopment } from './development.ts'
import type { Environment, PageSignal, SocketPort } from './ports.ts'

export interface FakeSocket extends SocketPort {
  readyState: number
  bufferedAmount: number
  readonly url: string
  readonly protocols: readonly string[]
  /** Texts as sent. */
  readonly sent: string[]
  /** The code the client closed it with. */
  closedWith: number | undefined
  /** What was sent, as a collector reads it. */
  frames(): ClientFrame[]
  open(): void
  message(frame: ServerFrame | string): void
  /** Opens it and answers the hello. */
  welcome(ack?: number, limits?: { readonly window?: number; readonly maxBatchBytes?: number }): void
  ack(seq: number, extra?: Partial<Extract<ServerFrame, { t: 'ack' }>>): void
  /** The connection is lost, or the collector closes it. */
  drop(code?: number, reason?: string): void
}

export interface FakePost {
  readonly url: string
  readonly body: string
  readonly post: Post
  answer(text?: string): Promise<void>
}

/** A world that stands still until it is told to move. */
export interface FakeWorld {
  readonly environment: Environment
  readonly sockets: FakeSocket[]
  /** The newest socket. */
  readonly socket: FakeSocket
  readonly posts: FakePost[]
  readonly warnings: string[]
  nowMs: number
  /** How far the wall clock is off the monotonic one. */
  wallOffsetMs: number
  random: number
  /** Delays of the timers that are set, in milliseconds from now. */
  readonly timers: number[]
  readonly listeners: number
  /** Runs what is due within `ms`, and what promises hang on it. */
  advance(ms: number): Promise<void>
  online(): void
  offline(): void
  hide(): void
  show(): void
  leave(): void
  comeBack(): void
}

/** `downlink.v1` numbers, as a collector without rejections or drops gives them. */
export const noTotals = { dropped: {}, rejected: {} } as const

export function createFakeWorld(replaced: Partial<Environment> = {}, isDevelopment = false): FakeWorld {
  const sockets: FakeSocket[] = []
  const posts: FakePost[] = []
  const warnings: string[] = []
  const listeners = new Set<(signal: PageSignal) => void>()
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  let isOnline = true
  let bytes = 0
  const signal = (name: PageSignal): void => {
    for (const listener of [...listeners]) listener(name)
  }

  const world: FakeWorld = {
    environment: {
      createSocket(url, protocols) {
        const socket = createFakeSocket(url, protocols, () => world.nowMs)
        sockets.push(socket)
        return socket
      },
      wallMs: () => world.nowMs + world.wallOffsetMs,
      monotonicMs: () => world.nowMs - 1000,
      setTimer(run, delayMs) {
        const timer = { atMs: world.nowMs + delayMs, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
      random: () => world.random,
      randomBytes: (count) => Uint8Array.from({ length: count }, () => bytes++ % 256),
      isOnline: () => isOnline,
      onSignal(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      post: (url, body) =>
        new Promise((resolve) => {
          const read = decodePost(JSON.parse(body), body)
          if (!read.ok) throw new Error(read.error.message)
          posts.push({
            url,
            body,
            post: { ...read.value, events: valuesOf(read.value.events) },
            async answer(text) {
              resolve(text)
              await settle()
            },
          })
        }),
      keepalive: { bytes: 0 },
      readConfig: () => undefined,
      pageUrl: 'https://game.example/play/',
      development: isDevelopment ? createDevelopment((message) => warnings.push(message)) : undefined,
      warn: (message) => warnings.push(message),
      ...replaced,
    },
    sockets,
    get socket() {
      const newest = sockets.at(-1)
      if (!newest) throw new Error('Expected a socket, there was none yet')
      return newest
    },
    posts,
    warnings,
    nowMs: 1_767_225_600_000,
    wallOffsetMs: 0,
    random: 0.5,
    get timers() {
      return timers.map(({ atMs }) => atMs - world.nowMs).sort((a, b) => a - b)
    },
    get listeners() {
      return listeners.size
    },
    async advance(ms) {
      const untilMs = world.nowMs + ms
      await settle()
      for (;;) {
        const next = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        timers = timers.filter((timer) => timer !== next)
        world.nowMs = Math.max(world.nowMs, next.atMs)
        next.run()
        await settle()
      }
      world.nowMs = untilMs
    },
    online() {
      isOnline = true
      signal('online')
    },
    offline() {
      isOnline = false
      signal('offline')
    },
    hide: () => signal('hidden'),
    show: () => signal('visible'),
    leave: () => signal('pagehide'),
    comeBack: () => signal('pageshow'),
  }
  return world
}

/** Lets promises that are settled run their callbacks. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

function createFakeSocket(url: string, protocols: readonly string[], nowMs: () => number): FakeSocket {
  const socket: FakeSocket = {
    url,
    protocols,
    readyState: 0,
    bufferedAmount: 0,
    sent: [],
    closedWith: undefined,
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send(text) {
      if (socket.readyState === 0) throw new Error('InvalidStateError: still connecting')
      // As browsers do: what is sent on a closed socket is gone without a word.
      if (socket.readyState === 1) socket.sent.push(text)
    },
    close(code) {
      socket.closedWith = code
      socket.readyState = 2
    },
    frames: () =>
      socket.sent.map((text) => {
        const read = decodeClientFrame(text)
        if (!read.ok) throw new Error(`${read.error.message} in ${text}`)
        return read.value.t === 'batch' ? { ...read.value, events: valuesOf(read.value.events) } : read.value
      }),
    open() {
      socket.readyState = 1
      socket.onopen?.(undefined as never)
    },
    message(frame) {
      socket.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) } as never)
    },
    welcome(ack = 0, { window = 2000, maxBatchBytes = 262_144 } = {}) {
      if (socket.readyState === 0) socket.open()
      socket.message({ t: 'welcome', ack, window, maxBatchBytes, beatMs: 15_000, now: nowMs(), totals: noTotals })
    },
    ack(seq, extra = {}) {
      socket.message({ t: 'ack', seq, totals: noTotals, ...extra })
    },
    drop(code = 1006, reason = '') {
      socket.readyState = 3
      socket.onclose?.({ code, reason } as never)
    },
  }
  return socket
}

export interface TestOptions extends TelemetryOptions {
  /** Not a production build. */
  readonly isDevelopment?: boolean
}

/** A telemetry in a fake world, switched on and pushing events of any type. */
export function createTestTelemetry({ isDevelopment, ...options }: TestOptions = {}): {
  readonly world: FakeWorld
  readonly telemetry: Telemetry
} {
  const world = createFakeWorld(options.environment, isDevelopment)
  return { world, telemetry: createTelemetry({ enabled: true, ...options, environment: world.environment }) }
}

/** The same, welcomed by a collector. */
export async function createOpenTelemetry(
  options: TestOptions = {},
  limits?: { readonly window?: number; readonly maxBatchBytes?: number },
): Promise<{ readonly world: FakeWorld; readonly telemetry: Telemetry }> {
  const { world, telemetry } = createTestTelemetry(options)
  telemetry.start()
  await world.advance(0)
  world.socket.welcome(0, limits)
  return { world, telemetry }
}

/** Pushes events numbered from `from` on. */
export function pushMany(telemetry: Pick<Telemetry, 'push'>, count: number, from = 1): void {
  for (let n = from; n < from + count; n++) telemetry.push('tick', { n })
}

/** Events of one batch, each with the context and the labels that hold for it. */
export function eventsOf({ events }: Pick<Batch, 'events'>): readonly Omit<WireEvent, 'timestamp'>[] {
  let said: Said = {}
  return (events as readonly (WireEvent | WireDrop)[]).flatMap((element) => {
    said = sayOver(said, element)
    return 'type' in element ? [{ type: element.type, data: element.data, ...said }] : []
  })
}

/** What holds from an element on, and held before. One that is empty is none. */
export function sayOver(before: Said, { context = before.context, labels = before.labels }: Said): Said {
  const isSome = (said: object | undefined): boolean => Object.keys({ ...said }).length > 0
  return { ...(isSome(context) && { context }), ...(isSome(labels) && { labels }) } as Said
}

const valuesOf = (elements: readonly ReceivedElement[]): readonly unknown[] => elements.map(({ value }) => value)

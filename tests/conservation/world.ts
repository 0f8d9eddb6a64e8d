/**
 * Runs a whole system in one thread, with a hand on everything between its parts: the real client and the real ingest, and
 * between them a link, beacons, a clock and a store that do only what they are told.
 */
import { createTelemetry, type PageSignal, type SocketPort, type Telemetry } from '@downlink/client'
import { protocolDefaults } from '@downlink/protocol'
import type { AcceptedEvent } from '../../packages/collector/src/commit/encoded-events.ts'
import { createGroupCommit, type GroupCommitOptions } from '../../packages/collector/src/commit/group-commit.ts'
import type { RecordSource } from '../../packages/collector/src/commit/record-source.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import { decodeWrite } from '../../packages/collector/src/commit/session-write.ts'
import type { Connection } from '../../packages/collector/src/ingest/socket.ts'
import { isSessionEntry } from '../../packages/collector/src/log/entry.ts'
import { createEventValidator } from '../../packages/collector/src/session/event-validator.ts'
import { createSessions } from '../../packages/collector/src/session/sessions.ts'
import { createIngest, type Ingest } from './ingest.ts'
import { clientOptions } from './model-page.ts'

export const capacity = 20

/** What survives a crash. */
interface Disk {
  readonly sessions: ReadonlyMap<string, SessionRecord>
  readonly events: readonly (AcceptedEvent & { readonly sessionId: string })[]
}

/** A socket's two directions, and whether anybody still holds its ends. */
interface Wire {
  readonly client: SocketPort & { readyState: number }
  readonly up: string[]
  readonly down: (string | { readonly code: number })[]
  server: Connection | undefined
}

export interface World {
  readonly telemetry: Telemetry
  readonly disk: () => Disk
  readonly wire: () => Wire | undefined
  /** Runs the timers that fall due. */
  wait(ms: number): void
  /** Delivers frames to the collector, or to the client. */
  deliverUp(frames: number): void
  deliverDown(frames: number): void
  /** The client learns of it; the collector too. Frames under way are lost. */
  cut(): void
  signal(signal: PageSignal): void
  setOnline(online: boolean): void
  /** The oldest beacon arrives; its answer, or nothing, comes back. */
  deliverBeacon(answered: boolean): Promise<void>
  loseBeacon(): void
  /** Commits what is waiting, or fails to. */
  commit(works: boolean): void
  /** The collector is killed and started again, on its disk as it is, or as it was at its `backup`. */
  restart(from?: Disk): void
  /** Lets promises and immediates run. */
  settle(): Promise<void>
}

export function createWorld(seed: number): World {
  let nowMs = 1_700_000_000_000
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  let wire: Wire | undefined
  let online = true
  let listener: (signal: PageSignal) => void = () => {}
  const beacons: { readonly body: string; readonly answer: (text: string | undefined) => void }[] = []
  let disk: Disk = { sessions: new Map(), events: [] }
  let works = true
  let commits: (() => void)[] = []
  let chance = seed
  let ingest = begin()

  function begin(): Ingest {
    const life = {}
    current = life
    const source: RecordSource = {
      isUp: true,
      readSessions: async (ids) => new Map([...disk.sessions].filter(([id]) => ids.includes(id))),
    }
    const log: GroupCommitOptions['log'] = {
      // What it wrote the store has at once.
      lastEntry: async () => undefined,
      sessions: () => [],
      forget() {},
      async write(entries) {
        if (!works || current !== life) return { kind: 'unavailable', reason: 'told to' }
        const writes = entries.filter(isSessionEntry).map(decodeWrite)
        const added = writes.flatMap(({ sessionId, batches }) =>
          batches.flatMap(({ events }) => events.decode().map((event) => ({ ...event, sessionId }))),
        )
        disk = {
          sessions: new Map([...disk.sessions, ...writes.map(({ record }) => [record.sessionId, record] as const)]),
          events: [...disk.events, ...added],
        }
        return { kind: 'written', end: { segment: '', offset: 0 } }
      },
    }
    commits = []
    const commitLog = createGroupCommit({
      log,
      source,
      groupMs: 1,
      groupEvents: 1_000_000,
      setTimer: (run) => commits.push(run),
    })
    const validator = createEventValidator(protocolDefaults, {})
    const sessions = createSessions({ log: commitLog, validator, maxIdle: 10, onOutstanding() {}, onSocket() {} })
    return createIngest(sessions, () => nowMs)
  }

  /** The client's end of a socket; the collector's end comes to be with the first frame that reaches it. */
  function createWire(): Wire {
    const up: string[] = []
    const down: Wire['down'] = []
    const client: Wire['client'] = {
      readyState: 0,
      bufferedAmount: 0,
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (text) => void up.push(text),
      close: () => {
        client.readyState = 3
        // What was sent before the close still arrives, if it arrives at all: the test decides by delivering it.
      },
    }
    return { client, up, down, server: undefined }
  }

  function serve(target: Wire): Connection {
    let open = true
    const socket = {
      get open() {
        return open
      },
      send: (frame: unknown) => void (open && target.down.push(JSON.stringify(frame))),
      close: (code: number) => {
        if (open) target.down.push({ code })
        open = false
      },
      pong() {},
      pause() {},
      resume() {},
    }
    return ingest.serve(socket)
  }

  const telemetry = createTelemetry({
    url: 'ws://collector/telemetry',
    enabled: true,
    capacity,
    ...clientOptions,
    redact: (event) => (event.type === 'private' ? undefined : event),
    environment: {
      wallMs: () => nowMs,
      monotonicMs: () => nowMs,
      random: () => {
        chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0
        return chance / 2 ** 32
      },
      setTimer: (run, delayMs) => {
        const timer = { atMs: nowMs + delayMs, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
      isOnline: () => online,
      onSignal: (heard) => {
        listener = heard
        return () => {}
      },
      createSocket: () => {
        wire = createWire()
        return wire.client
      },
      post: (_, body) => new Promise((answer) => beacons.push({ body, answer })),
      warn: () => {},
    },
  })

  return {
    telemetry,
    disk: () => disk,
    wire: () => wire,
    wait(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = untilMs
    },
    deliverUp(frames) {
      if (!wire) return
      if (wire.client.readyState === 0) {
        wire.client.readyState = 1
        wire.client.onopen?.({} as never)
        return
      }
      wire.server ??= serve(wire)
      for (const text of wire.up.splice(0, frames)) wire.server.receive(text)
    },
    deliverDown(frames) {
      const target = wire
      for (const frame of target?.down.splice(0, frames) ?? []) {
        if (typeof frame === 'string') target?.client.onmessage?.({ data: frame } as never)
        else {
          if (target) target.client.readyState = 3
          target?.server?.closed()
          target?.client.onclose?.({ code: frame.code, reason: '' } as never)
        }
      }
    },
    cut() {
      const target = wire
      if (!target || target.client.readyState === 3) return
      target.client.readyState = 3
      target.server?.closed()
      target.down.length = 0
      target.up.length = 0
      target.client.onclose?.({ code: 1006, reason: '' } as never)
    },
    signal: (signal) => listener(signal),
    setOnline(now) {
      online = now
      listener(now ? 'online' : 'offline')
    },
    async deliverBeacon(answered) {
      const beacon = beacons.shift()
      if (!beacon) return
      const arrived = ingest.post(beacon.body, undefined, 'player')
      void arrived.then(({ body }) => beacon.answer(answered ? JSON.stringify(body) : undefined))
    },
    loseBeacon: () => beacons.shift()?.answer(undefined),
    commit(now) {
      works = now
      for (const run of commits.splice(0)) run()
    },
    restart(from) {
      disk = from ?? disk
      ingest = begin()
      this.cut()
    },
    async settle() {
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      works = true
    },
  }
}

/** Which life of the collector is the present one: a killed one writes no more. */
let current = {}

/** Fakes of what a spool meets: pages of one browser that crash and come back, and a collector that remembers. */
import type { BatchFrame, DropCounts, HelloFrame, Said } from '@downlink/protocol'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { vi } from 'vitest'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../create-telemetry.ts'
import { createFakeWorld, type FakeSocket, type FakeWorld, sayOver } from '../test-doubles.ts'
import { createSpool, type SpoolOptions } from './create-spool.ts'
import type { Locks } from './session-lock.ts'

/** What a browser has as a global beside its databases; for the test alone. */
export const stubKeyRanges = (): void => void vi.stubGlobal('IDBKeyRange', IDBKeyRange)

/** Storage and locks, which outlive a page. */
export interface FakeBrowser {
  indexedDB: IDBFactory
  /** Names of the locks that pages hold. */
  readonly locks: Set<string>
  nowMs: number
  pages: number
}

export interface FakePage {
  readonly world: FakeWorld
  readonly telemetry: Telemetry
  /** Lets time pass, and the storage answer. */
  advance(ms: number): Promise<void>
  /** It is gone from one moment to the next. */
  crash(): void
  /** What was sent on the connections of a session. */
  framesOf(session: string): readonly (HelloFrame | BatchFrame)[]
}

export const createFakeBrowser = (): FakeBrowser => ({
  indexedDB: new IDBFactory(),
  locks: new Set(),
  nowMs: 1_767_225_600_000,
  pages: 0,
})

export interface FakePageOptions extends TelemetryOptions {
  readonly spooling?: SpoolOptions
  readonly isDevelopment?: boolean
}

/** Opens a page of a game, whose telemetry is started. */
export async function openFakePage(
  browser: FakeBrowser,
  { spooling = {}, isDevelopment, ...options }: FakePageOptions = {},
): Promise<FakePage> {
  const page = ++browser.pages
  let bytes = 0
  const world = createFakeWorld(
    { randomBytes: (count) => Uint8Array.from({ length: count }, () => (page * 16 + bytes++) % 256) },
    isDevelopment,
  )
  world.nowMs = browser.nowMs
  const held = new Map<string, () => void>()
  let isCrashed = false
  const locks: Locks = {
    request: (name: string, ...rest: unknown[]) => request(name, rest.at(-1) as LockGrantedCallback<never>),
  }

  async function request(name: string, granted: LockGrantedCallback<never>): Promise<never> {
    await Promise.resolve()
    if (isCrashed) return new Promise(() => {})
    if (browser.locks.has(name)) return granted(null)
    browser.locks.add(name)
    const letGo = (): void => {
      if (held.delete(name)) browser.locks.delete(name)
    }
    held.set(name, letGo)
    const result = await granted({ name, mode: 'exclusive' })
    letGo()
    return result
  }

  const environment = { indexedDB: browser.indexedDB, locks, ...spooling.environment }
  const telemetry = createTelemetry({
    enabled: true,
    spool: createSpool({ ...spooling, environment }),
    ...options,
    environment: { ...world.environment, ...options.environment },
  })
  const fake: FakePage = {
    world,
    telemetry,
    async advance(ms) {
      await storageAnswers()
      for (let left = ms; left > 0; left -= 1000) {
        await world.advance(Math.min(left, 1000))
        await storageAnswers()
      }
      await world.advance(0)
      browser.nowMs = Math.max(browser.nowMs, world.nowMs)
    },
    crash() {
      isCrashed = true
      for (const letGo of [...held.values()]) letGo()
      for (const socket of world.sockets) socket.readyState = 3
    },
    framesOf: (session) =>
      world.sockets
        .filter((socket) => sessionOf(socket) === session)
        .flatMap((socket) => socket.frames() as (HelloFrame | BatchFrame)[]),
  }
  telemetry.start()
  await fake.advance(0)
  return fake
}

/** Fake IndexedDB answers in turns of its own. */
async function storageAnswers(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function sessionOf(socket: FakeSocket): string | undefined {
  const [first] = socket.frames()
  return first?.t === 'hello' ? first.session : undefined
}

/** What a collector has of a session. */
export interface FakeRecord {
  committed: number
  pushed: number
  ended: boolean
  readonly hellos: HelloFrame[]
  readonly events: Map<number, unknown>
  /** Context and labels of each of them. */
  readonly said: Map<number, Said>
  readonly dropped: Record<string, number>
}

export interface FakeCollector {
  readonly sessions: Map<string, FakeRecord>
  /** Sessions that it closes with 4403. */
  readonly refused: Set<string>
  /** Answers whatever has come on the sockets of a page. */
  answer(page: FakePage): void
  /** Answers until nobody says anything any more. */
  serve(page: FakePage, ms?: number): Promise<void>
}

/** Acknowledges all there is, and throws where an event comes twice, or changed. */
export function createFakeCollector(): FakeCollector {
  const sessions = new Map<string, FakeRecord>()
  const refused = new Set<string>()
  const read = new Map<FakeSocket, number>()
  const recordOf = (session: string): FakeRecord => {
    const known = sessions.get(session)
    const record = known ?? {
      ...{ committed: 0, pushed: 0, ended: false, hellos: [], dropped: {} },
      events: new Map(),
      said: new Map(),
    }
    sessions.set(session, record)
    return record
  }
  const totalsOf = ({ dropped }: FakeRecord) => ({ dropped: { ...dropped }, rejected: {} })

  function take(socket: FakeSocket, record: FakeRecord, { seq, pushed, events, end }: BatchFrame): void {
    if (seq > record.committed + 1) throw new Error(`Expected ${record.committed + 1}, got ${seq}`)
    let next = seq
    let said: Said = {}
    for (const element of events) {
      const { drop, data } = element as { drop?: DropCounts; data?: unknown }
      said = sayOver(said, element as Said)
      for (const [reason, count] of Object.entries(drop ?? { event: 1 })) {
        for (let at = 0; at < count; at++, next++) {
          if (next <= record.committed) continue
          if (drop) record.dropped[reason] = (record.dropped[reason] ?? 0) + 1
          else {
            record.events.set(next, data)
            record.said.set(next, said)
          }
        }
      }
    }
    record.committed = Math.max(record.committed, next - 1)
    record.pushed = Math.max(record.pushed, pushed)
    record.ended ||= end === true
    socket.ack(record.committed, { totals: totalsOf(record) })
  }

  const collector: FakeCollector = {
    sessions,
    refused,
    answer({ world }) {
      for (const socket of [...world.sockets]) {
        if (socket.closedWith !== undefined && socket.readyState === 0) continue
        if (socket.readyState === 0) socket.open()
        const frames = socket.frames()
        const from = read.get(socket) ?? 0
        read.set(socket, frames.length)
        const session = sessionOf(socket)
        if (session !== undefined && refused.has(session)) {
          if (socket.readyState === 1) socket.drop(4403)
          continue
        }
        const record = session === undefined ? undefined : recordOf(session)
        for (const frame of frames.slice(from)) {
          if (!record) continue
          if (frame.t === 'hello') {
            record.hellos.push(frame)
            record.committed = Math.max(record.committed, frame.next - 1)
            record.pushed = Math.max(record.pushed, frame.pushed)
            const limits = { window: 2000, maxBatchBytes: 262_144, beatMs: 15_000, now: world.nowMs }
            socket.message({ t: 'welcome', ack: record.committed, ...limits, totals: totalsOf(record) })
          } else if (frame.t === 'batch') take(socket, record, frame as BatchFrame)
          else socket.message({ t: 'beat' })
        }
      }
    },
    async serve(page, ms = 3000) {
      for (let at = 0; at < ms; at += 1000) {
        collector.answer(page)
        await page.advance(1000)
      }
      collector.answer(page)
      await page.advance(0)
    },
  }
  return collector
}

/** Runs one page of a model browser: the real client with its spool, and the links of its sockets. */
import type { Chance } from '../../packages/cli/src/verify/random.ts'
import { type FakeBrowser, openFakePage } from '../../packages/client/src/spool/test-doubles.ts'
import type { FakePost, FakeSocket } from '../../packages/client/src/test-doubles.ts'
import type { Ingest } from './ingest.ts'
import { eventType, type Journal, saidBefore } from './journal.ts'
import type { Content } from './model-database.ts'
import { expectThat } from './violation.ts'
import { createWire, type Wire } from './wire.ts'

export interface ModelPage {
  /** It is hidden in the back-forward cache. */
  readonly isLeft: boolean
  /** All that it pushed is acknowledged. */
  readonly isDone: boolean
  /** What it has posted since it was last asked. */
  takePosts(): readonly FakePost[]
  push(count: number): void
  /** Pushes something that is never sent. */
  pushRefused(): void
  hide(): void
  leave(): void
  comeBack(): void
  switchNetwork(isOnline: boolean): void
  /** The player's choice. */
  setEnabled(isEnabled: boolean): void
  crash(): void
  /** What is due by the browser's time happens. */
  catchUp(): Promise<void>
  /** One of its links, by chance; undefined where it has none. */
  anyWire(): Wire | undefined
  wires(): readonly Wire[]
  /** @throws {Violation} where the database tells another story than the page itself */
  check(content: Content): void
}

export interface ModelPageOptions {
  readonly browser: FakeBrowser
  readonly chance: Chance
  readonly journal: Journal
  readonly ingest: () => Ingest | undefined
}

/** Small and short, so that a script of few steps meets batches, windows and reconnections. */
export const clientOptions = {
  batchSize: 4,
  windowEvents: 8,
  drainIntervalMs: 100,
  ackDeadlineMs: 1000,
  backoffBaseMs: 50,
  backoffCapMs: 400,
  minUptimeMs: 100,
}

/** Has no words in JSON. */
const circle: { self?: unknown } = {}
circle.self = circle

export async function openModelPage({ browser, chance, journal, ingest }: ModelPageOptions): Promise<ModelPage> {
  const capacity = chance(3) === 0 ? 12 : 1000
  const { world, telemetry, crash } = await openFakePage(browser, { ...clientOptions, capacity })
  const links = new Map<FakeSocket, Wire>()
  const firstSession = telemetry.sessionId
  let posts = 0
  let isLeft = false
  note()

  return {
    get isLeft() {
      return isLeft
    },
    get isDone() {
      const { pushed } = telemetry.stats()
      return telemetry.status().status === 'open' && journal.entryOf(telemetry.sessionId).acked >= pushed
    },
    takePosts() {
      const taken = world.posts.slice(posts)
      posts = world.posts.length
      return taken
    },
    push(count) {
      for (let left = count; left > 0; left--) {
        const payload = journal.nextPayload()
        const { context, labels } = saidBefore(payload)
        telemetry.setContext(context)
        telemetry.setLabels(labels)
        telemetry.push(eventType, payload)
      }
      note()
    },
    pushRefused() {
      telemetry.push(eventType, circle)
      note()
    },
    hide() {
      world.hide()
      world.show()
    },
    leave() {
      isLeft = true
      world.leave()
    },
    comeBack() {
      isLeft = false
      world.nowMs = browser.nowMs
      world.comeBack()
    },
    switchNetwork: (isOnline) => (isOnline ? world.online() : world.offline()),
    setEnabled(isEnabled) {
      // Off, the spool is purged: what it held of any session is gone, as whoever plays wishes.
      if (!isEnabled) journal.void()
      telemetry.setEnabled(isEnabled)
    },
    crash() {
      crash()
      for (const wire of wires()) wire.cut(false)
    },
    async catchUp() {
      await world.advance(Math.max(0, browser.nowMs - world.nowMs))
      note()
    },
    anyWire() {
      const alive = wires()
      return alive[chance(alive.length)]
    },
    wires,
    check({ rows }) {
      const { pushed, acked, queued, inFlight, dropped } = telemetry.stats()
      const words = (): string => JSON.stringify({ stats: telemetry.stats(), row: rows.get(telemetry.sessionId) })
      const sum = Object.values(dropped).reduce((total, count) => total + count, 0)
      expectThat(acked + queued + inFlight + sum === pushed, words)
      const row = rows.get(telemetry.sessionId)
      if (journal.entryOf(telemetry.sessionId).isVoid || !row) return
      expectThat(row.pushed === pushed && row.committedSeq === pushed, words)
      expectThat(row.stored === acked && JSON.stringify(row.dropped) === JSON.stringify(dropped), words)
    },
  }

  /** What it has pushed by now, and what it says of its spool. */
  function note(): void {
    const { pushed, spool } = telemetry.stats()
    const entry = journal.entryOf(telemetry.sessionId)
    entry.pushed = Math.max(entry.pushed, pushed)
    // Of another one it may still say what it has of the first.
    if (telemetry.sessionId === firstSession) entry.written = Math.max(entry.written, spool?.written ?? 0)
  }

  function wires(): readonly Wire[] {
    for (const socket of world.sockets) {
      if (!links.has(socket)) links.set(socket, createWire({ socket, ingest, onAcked: journal.acknowledge }))
    }
    return [...links.values()].filter(({ isOver }) => !isOver)
  }
}

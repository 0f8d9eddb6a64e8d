/** Fakes a page: its window's events, frames, timers and storage, which do what a test says, when it says so. */
import type { Telemetry } from '../create-telemetry.ts'
import { createTestTelemetry, type TestOptions } from '../test-doubles.ts'
import type { PageScope } from './environment.ts'
import type { AutoEvents } from './events.ts'
import { instrument, type Part } from './instrument.ts'

export interface FakePage {
  readonly scope: PageScope
  /** What `localStorage` keeps. */
  readonly stored: Map<string, string>
  /** Listeners of the window, timers and frames that are waited for. */
  readonly held: () => number
  /** Which of the scope's names were read. */
  readonly read: ReadonlySet<string>
  hide(): void
  show(): void
  /** An event of the window, and of the document. */
  fire(type: string, event?: object): void
  /** Lets time go by, with the timers that run in it. */
  advance(ms: number): void
  /** Lets time go by in which nothing runs, as while a page loads; timers catch up with one tick. */
  standStill(ms: number): void
  /** Lets time go by, and draws a frame then. */
  frame(afterMs: number): void
}

/** @param replaced what this page has instead; undefined for what it has not */
export function createFakePage(replaced: { readonly [Name in keyof PageScope]?: unknown } = {}): FakePage {
  const listeners = new Map<string, Set<(event: unknown) => void>>()
  const timers = new Map<number, { readonly run: () => void; readonly everyMs: number; atMs: number }>()
  const frames = new Map<number, (nowMs: number) => void>()
  const stored = new Map<string, string>()
  const read = new Set<string>()
  let nowMs = 5000
  let ids = 0
  const has = (type: string) => listeners.get(type) ?? new Set()
  const document = { visibilityState: 'visible' }
  const names = {
    addEventListener: (type: string, listener: () => void) => listeners.set(type, has(type).add(listener)),
    removeEventListener: (type: string, listener: () => void) => has(type).delete(listener),
    performance: { now: () => nowMs },
    setInterval(run: () => void, everyMs: number) {
      timers.set(++ids, { run, everyMs, atMs: nowMs + everyMs })
      return ids
    },
    clearInterval: (id: number) => timers.delete(id),
    requestAnimationFrame(run: (nowMs: number) => void) {
      frames.set(++ids, run)
      return ids
    },
    cancelAnimationFrame: (id: number) => frames.delete(id),
    localStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    },
    crypto: globalThis.crypto,
    navigator: {},
    document,
    ...replaced,
  }
  const page: FakePage = {
    scope: new Proxy(names, {
      get(target, name, receiver) {
        read.add(String(name))
        return Reflect.get(target, name, receiver)
      },
    }) as unknown as PageScope,
    stored,
    read,
    held: () => [...listeners.values()].reduce((sum, each) => sum + each.size, 0) + timers.size + frames.size,
    hide() {
      document.visibilityState = 'hidden'
      page.fire('visibilitychange')
    },
    show() {
      document.visibilityState = 'visible'
      page.fire('visibilitychange')
    },
    fire(type, event = {}) {
      for (const listener of [...has(type)]) listener({ type, ...event })
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = [...timers.values()].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (!next) break
        nowMs = Math.max(nowMs, next.atMs)
        next.atMs = nowMs + next.everyMs
        next.run()
      }
      nowMs = untilMs
    },
    standStill(ms) {
      nowMs += ms
      page.advance(0)
    },
    frame(afterMs) {
      page.advance(afterMs)
      const due = [...frames.values()]
      frames.clear()
      for (const run of due) run(nowMs)
    },
  }
  return page
}

export interface InstrumentedPage {
  readonly telemetry: Telemetry
  /** The labels that events have now. */
  labels(): unknown
  readonly stop: () => void
  /** Payloads that were pushed of a type, oldest first. */
  pushed(type: string): unknown[]
}

/** A telemetry with parts beside it, on a fake page. */
export function instrumentPage(
  { scope }: FakePage,
  parts: readonly Part<keyof AutoEvents>[],
  options: TestOptions = {},
): InstrumentedPage {
  const { telemetry } = createTestTelemetry(options)
  const stop = instrument(telemetry, parts, scope)
  return {
    telemetry,
    labels() {
      telemetry.push('probe')
      return telemetry.recent(1)[0]?.labels
    },
    stop,
    pushed: (type) =>
      telemetry.buffer.peek(telemetry.buffer.length).flatMap((event) => (event.type === type ? [event.data] : [])),
  }
}

/**
 * Creates a spool: a connector around the connector. While telemetry is on it writes the line of its session to the
 * browser's storage once a second, and delivers what earlier pages have left there.
 */
import { type ConnectorFactory, createConnector } from '../connector.ts'
import { resolveAddress } from '../handshake.ts'
import type { SpoolState } from '../outbox.ts'
import { deliverSession } from './adopt-session.ts'
import { realSpoolEnvironment, type SpoolEnvironment } from './environment.ts'
import { createLineWriter, type LineWriter } from './line-writer.ts'
import { createPageLock } from './page-lock.ts'
import { openSpoolStore, type SavedSession, type SpoolStore } from './spool-store.ts'

export interface SpoolOptions {
  /** Bytes that the sessions of one collector may take; the oldest give way. From 1. @default 4194304 */
  readonly maxBytes?: number
  /** Days after which what is left of a session is given up; from 1. @default 30 */
  readonly keepDays?: number
  /** Ports to replace, in tests. @default the browser's */
  readonly environment?: Partial<SpoolEnvironment>
}

export const spoolDefaults = { maxBytes: 4_194_304, keepDays: 30 }

/** Between two writes. */
const writeIntervalMs = 1000
/** For the storage to answer. */
const answerTimeoutMs = 5000
/** For the storage to answer before the session is introduced: what it says of the session before is told then. */
const introductionTimeoutMs = 1000
/** From a failure to the next try. */
const retryDelayMs = 30_000

const dayMs = 86_400_000

/** @example createTelemetry({ url, enabled: true, spool: createSpool() }) */
export function createSpool(options: SpoolOptions = {}): ConnectorFactory {
  return (settings, environment, buffer, session, clock) => {
    const { outbox, changed } = buffer
    const { indexedDB, locks, whenIdle } = { ...realSpoolEnvironment(), ...options.environment }
    const { maxBytes, keepDays } = { ...spoolDefaults, ...options }
    let introduced: Promise<unknown> | undefined
    const own = {
      ...settings,
      async getToken() {
        await introduced
        return settings.getToken ? settings.getToken() : settings.key
      },
    }
    const connector = createConnector(own, environment, buffer, session, clock)
    const lock = locks && createPageLock(locks)
    let state: SpoolState = { status: 'off', reason: 'stopped' }
    let written = 0
    let adopted = 0
    const discarded = { expired: 0, overflow: 0, refused: 0 }
    /** Ends what `run` has begun. */
    let running: AbortController | undefined
    let cancelRetry: (() => void) | undefined
    let writer: LineWriter | undefined
    let unfollow: (() => void) | undefined
    let purging: Promise<unknown> | undefined
    /** What was pushed when the page was left: it is another page's, where that has taken the session over. */
    let leftAt = 0

    const sleep = (ms: number): Promise<void> => new Promise((resolve) => environment.setTimer(resolve, ms))

    function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const cancel = environment.setTimer(() => reject(new Error('The storage does not answer')), answerTimeoutMs)
        answer.finally(cancel).then(resolve, reject)
      })
    }

    function enter(next: SpoolState): void {
      state = next
      changed()
    }

    function begin(): void {
      end()
      running = new AbortController()
      const { signal } = running
      enter({ status: 'opening' })
      introduced = new Promise<void>((introduce) => {
        environment.setTimer(introduce, introductionTimeoutMs)
        run(signal, introduce).catch((cause) => {
          introduce()
          if (signal.aborted) return
          end()
          enter({ status: 'off', reason: 'failed', message: `${cause}` })
          cancelRetry = environment.setTimer(begin, retryDelayMs)
        })
      })
    }

    function end(): void {
      running?.abort()
      cancelRetry?.()
      writer = undefined
    }

    async function run(signal: AbortSignal, introduce: () => void): Promise<void> {
      await purging
      if (!indexedDB || !locks || !lock) {
        introduce()
        return enter({ status: 'off', reason: 'unsupported' })
      }
      const address = resolveAddress(settings, environment)
      if (!(await lock.take(session.id))) {
        renew()
        await lock.take(session.id)
      }
      const store = await open(signal, indexedDB)
      const { held = [] } = await locks.query()
      const isOrphan = (saved: SavedSession): boolean =>
        saved.address === address && !held.some(({ name }) => name === saved.lock)
      const orphans = (await inTime(store.sessions())).filter(isOrphan)
      orphans.sort((one, other) => one.writtenAtMs - other.writtenAtMs)
      const crashed = orphans.findLast(({ left }) => !left)
      if (crashed) own.labels = { previous_session: crashed.id, ...settings.labels }
      introduce()
      if (signal.aborted) return
      writer = createLineWriter(store, own, outbox, session, { address, lock: lock.name }, environment.wallMs, maxBytes)
      enter({ status: 'on' })
      adopt(orphans, store, locks, signal).catch(() => {})
      for (;;) {
        await write(false)
        await sleep(writeIntervalMs)
        await new Promise<void>(whenIdle)
        if (signal.aborted) return
      }
    }

    async function open(signal: AbortSignal, factory: IDBFactory): Promise<SpoolStore> {
      const opening = openSpoolStore(factory)
      signal.addEventListener('abort', () => opening.then((store) => store.close()).catch(() => {}))
      return inTime(opening)
    }

    async function write(left: boolean): Promise<void> {
      if (!writer) return
      const outcome = await inTime(writer.write(left))
      written = outcome.written
      discarded.overflow += outcome.discarded
      changed()
    }

    /** Another page has taken the session over, with all that was pushed when this one was left. */
    function renew(): void {
      outbox.ack(leftAt)
      outbox.renumber()
      session.renew()
    }

    async function adopt(
      orphans: readonly SavedSession[],
      store: SpoolStore,
      locks: Pick<LockManager, 'request'>,
      signal: AbortSignal,
    ): Promise<void> {
      for (const { id, lock: name } of orphans) {
        await locks.request(name, { ifAvailable: true }, async (held) => {
          const saved = held && (await store.sessions()).find((each) => each.id === id)
          if (!saved || signal.aborted) return
          const owed = saved.pushed - saved.acked
          if (environment.wallMs() - saved.writtenAtMs > keepDays * dayMs) discarded.expired += owed
          else if (owed > 0) {
            const delivery = await deliverSession(saved, await store.chunks(id), settings, environment, clock, signal)
            if (delivery === 'stopped') return
            if (delivery === 'refused') {
              if (connector.status().status !== 'open') return
              discarded.refused += owed
            } else adopted++
          }
          await store.remove(id)
          changed()
        })
      }
    }

    /** The page is left, or telemetry stopped: what is not acknowledged is another page's from now on. */
    function leave(): void {
      leftAt = outbox.pushed
      write(true).catch(() => {})
      end()
      state = { status: 'off', reason: 'stopped' }
      lock?.release()
    }

    async function purge(): Promise<void> {
      if (!indexedDB) return
      const store = await openSpoolStore(indexedDB)
      await store.purge(resolveAddress(settings, environment))
      store.close()
    }

    return {
      ...connector,
      start() {
        unfollow ??= environment.onSignal((signal) => {
          if (signal === 'hidden') write(false).catch(() => {})
          if (signal === 'pagehide') leave()
          if (signal === 'pageshow' && running?.signal.aborted) begin()
        })
        if (running?.signal.aborted !== false) begin()
        connector.start()
      },
      disconnect(status) {
        connector.disconnect(status)
        unfollow?.()
        unfollow = undefined
        if (running?.signal.aborted === false) leave()
        if (status === 'disabled') {
          purging = purge().catch(() => {})
          state = { status: 'off', reason: 'disabled' }
        }
      },
      stats: () => ({ ...connector.stats(), spool: { state, written, adopted, discarded: { ...discarded } } }),
    }
  }
}

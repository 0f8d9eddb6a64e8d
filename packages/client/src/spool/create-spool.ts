/**
 * Creates a spool: a connector around the connector. While telemetry is on it writes the line of its session to the
 * browser's storage once a second, and delivers what earlier pages have left there.
 */
import { type ConnectorFactory, createConnector } from '../connector.ts'
import { resolveAddress } from '../handshake.ts'
import type { SpoolState } from '../outbox.ts'
import { deliverSession } from './adopt-session.ts'
import { realSpoolEnvironment, type SpoolEnvironment } from './environment.ts'
import { createLineWriter, type WriteLine } from './line-writer.ts'
import { type Locks, takeLock } from './session-lock.ts'
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

const ignore = (): void => {}

/** @example createTelemetry({ url, enabled: true, spool: createSpool() }) */
export function createSpool(options: SpoolOptions = {}): ConnectorFactory {
  return (settings, environment, buffer, session, clock) => {
    const { outbox, changed } = buffer
    const { setTimer, wallMs } = environment
    const { indexedDB, locks } = { ...realSpoolEnvironment(), ...options.environment }
    const { maxBytes, keepDays } = { ...spoolDefaults, ...options }
    /** Settled when the session may be introduced. */
    let introduced: Promise<void> = Promise.resolve()
    const own = { ...settings, getToken: () => introduced.then(settings.getToken ?? (() => settings.key)) }
    const connector = createConnector(own, environment, buffer, session, clock)
    let state: SpoolState = { status: 'idle' }
    let written = 0
    const earlier = { delivered: 0, refused: 0, expired: 0, overflow: 0 }
    /** From a start, or the return from the back-forward cache, to a stop or the page's end. */
    let life: AbortController | undefined
    let unfollow: (() => void) | undefined
    /** The session whose lock is ours. */
    let locked = ''
    let writeLine: WriteLine | undefined
    let purging: Promise<void> | undefined
    /** What was pushed when the page was left. */
    let leftAt = 0

    const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimer(resolve, ms))
    const isAlive = (): boolean => life?.signal.aborted === false

    function open(indexedDB: IDBFactory): Promise<SpoolStore> {
      return openSpoolStore(indexedDB, resolveAddress(settings, environment), (answer) =>
        Promise.race([answer, sleep(answerTimeoutMs).then(() => Promise.reject('No answer'))]),
      )
    }

    function enter(next: SpoolState): void {
      state = next
      changed()
    }

    function begin(): void {
      life = new AbortController()
      const { signal } = life
      introduced = Promise.race([new Promise<void>((known) => void live(signal, known)), sleep(introductionTimeoutMs)])
    }

    /** @param known called when it is known whose session this is, and what became of the one before */
    async function live(signal: AbortSignal, known: () => void): Promise<void> {
      while (!signal.aborted) {
        try {
          await purging
          if (!indexedDB || !locks) throw new Error('No IndexedDB or Web Locks')
          await keepSession(indexedDB, locks, signal, known)
        } catch (cause) {
          known()
          if (signal.aborted) return
          writeLine = undefined
          enter({ status: 'off', message: `${cause}` })
          await sleep(retryDelayMs)
        }
      }
    }

    /** Keeps the session that is ours now, for as long as it is. */
    async function keepSession(
      indexedDB: IDBFactory,
      locks: Locks,
      signal: AbortSignal,
      known: () => void,
    ): Promise<void> {
      while (locked !== session.id) {
        if (await takeLock(locks, session.id, signal)) locked = session.id
        else {
          // Another page has taken it over since this one was left, with all that was pushed by then.
          outbox.ack(leftAt)
          outbox.renumber()
          session.renew()
        }
      }
      const { id, proof } = session
      const store = await open(indexedDB)
      signal.addEventListener('abort', store.close)
      // Those whose page is gone, and which no other page has at hand.
      const orphans: SavedSession[] = []
      for (const saved of await store.sessions()) if (await takeLock(locks, saved.id, signal)) orphans.push(saved)
      const crashed = orphans.findLast(({ left }) => !left)
      if (crashed) own.labels = { previous_session: crashed.id, ...settings.labels }
      known()
      const { build, labels, schema, version } = own
      writeLine = createLineWriter(
        store,
        outbox,
        { id, proof, metadata: { build, labels, schema, version } },
        maxBytes,
        wallMs,
      )
      enter({ status: 'on' })
      adopt(orphans, store, signal).catch(ignore)
      while (session.id === id && !signal.aborted) {
        if (await write(false)) await makeRoom(store, id)
        await sleep(writeIntervalMs)
      }
      store.close()
    }

    /** @returns whether there was something to write */
    async function write(left: boolean): Promise<boolean> {
      const upTo = await writeLine?.(left)
      if (upTo === undefined) return false
      written = upTo
      changed()
      return true
    }

    /** The oldest sessions give way. */
    async function makeRoom(store: SpoolStore, id: string): Promise<void> {
      let roomBytes = maxBytes
      for (const saved of (await store.sessions()).reverse()) {
        roomBytes -= saved.bytes
        if (roomBytes < 0 && saved.id !== id) await settle(saved, 'overflow', store)
      }
    }

    /** One after the other, oldest first. */
    async function adopt(orphans: readonly SavedSession[], store: SpoolStore, signal: AbortSignal): Promise<void> {
      for (const saved of orphans) {
        const isOld = wallMs() - saved.writtenAtMs > keepDays * dayMs
        const fate = isOld
          ? 'expired'
          : await deliverSession(saved, await store.chunks(saved.id), settings, environment, clock, connector, signal)
        if (fate !== 'stopped') await settle(saved, fate, store)
      }
    }

    async function settle({ id, line }: SavedSession, fate: keyof typeof earlier, store: SpoolStore): Promise<void> {
      await store.remove(id)
      earlier[fate] += line.pushed - line.acked
    }

    /** The page is left, or telemetry stopped: what is not acknowledged is another page's from now on. */
    function leave(): void {
      if (!isAlive()) return
      leftAt = outbox.pushed
      write(true).catch(ignore)
      writeLine = undefined
      life?.abort()
      locked = ''
      enter({ status: 'idle' })
    }

    async function purge(indexedDB: IDBFactory): Promise<void> {
      const store = await open(indexedDB)
      for (const { id } of await store.sessions()) await store.remove(id)
      store.close()
    }

    return {
      ...connector,
      start() {
        // Before the connector does: when the page is back, it has to wait for the lock.
        unfollow ??= environment.onSignal((signal) => {
          if (signal === 'hidden') write(false).catch(ignore)
          if (signal === 'pagehide') leave()
          if (signal === 'pageshow' && !isAlive()) begin()
        })
        if (!isAlive()) begin()
        connector.start()
      },
      disconnect(status) {
        connector.disconnect(status)
        unfollow?.()
        unfollow = undefined
        leave()
        if (status === 'disabled' && indexedDB) purging = purge(indexedDB).catch(ignore)
      },
      stats: () => ({ ...connector.stats(), spool: { state, written, earlier: { ...earlier } } }),
    }
  }
}

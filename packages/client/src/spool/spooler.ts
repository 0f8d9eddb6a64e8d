/**
 * Spools while telemetry is on and its page is there: has earlier sessions adopted, writes the page's own once a second and
 * when it is left, and tries again where the storage fails.
 */
import type { LinkedBuffer } from '../buffer.ts'
import type { Metadata } from '../metadata.ts'
import type { SpoolState, SpoolStats } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import type { Session } from '../session.ts'
import { adoptSessions, type Deliver, deliverAdopted, type SpoolLimits } from './adopt-sessions.ts'
import { createLineWriter } from './line-writer.ts'
import { type Locks, takeLock } from './session-lock.ts'
import { sleep } from './sleep.ts'
import type { SpoolStore } from './spool-store.ts'

/** Between two writes. */
const writeIntervalMs = 1000
/** From a failure to the next attempt. */
const retryDelayMs = 30_000

const ignore = (): void => {}

/** What the spool tells of itself. */
export interface SpoolStatus {
  state: SpoolState
  written: number
  readonly earlier: Record<keyof SpoolStats['earlier'], number>
}

export interface Spooler {
  /**
   * Spools until the signal, and tries again where the storage fails.
   *
   * @param introduce called when the session may be introduced: it is known which it is, and what became of the one before
   */
  run(signal: AbortSignal, introduce: () => void): Promise<void>
  /** Writes what is new. Rejects where the store fails. */
  write(left: boolean): Promise<void>
  /** Writes for the last time: what is not acknowledged is another page's from now on. */
  leave(): void
}

/**
 * @param stats is kept up to date
 * @param metadata of the session; its labels come to name the one before, where the page of that has crashed
 * @param openStore rejects where there is no storage, or none that answers
 */
export function createSpooler(
  metadata: Metadata & { labels?: Metadata['labels'] },
  environment: Environment,
  { outbox, changed }: LinkedBuffer,
  session: Session,
  limits: SpoolLimits,
  locks: Locks | undefined,
  openStore: () => Promise<SpoolStore>,
  deliver: Deliver,
  stats: SpoolStatus,
): Spooler {
  /** The session whose lock is ours. */
  let claimed = ''
  /** What was pushed when the page was left. */
  let leftAt = 0

  async function spool(signal: AbortSignal, introduce: () => void): Promise<void> {
    if (!locks) return Promise.reject('No Web Locks')
    while (claimed !== session.id) {
      const isOurs = await takeLock(locks, session.id, signal)
      if (signal.aborted) return
      // While it was left, another page may have delivered for it, on connections that were higher.
      session.epoch = environment.wallMs()
      if (isOurs) claimed = session.id
      else {
        // Another page has taken it over since this one was left, with all that was pushed by then.
        outbox.ack(leftAt)
        outbox.renumber()
        session.renew()
      }
    }
    const store = await openStore()
    signal.addEventListener('abort', store.close)
    const adopted = await adoptSessions(store, locks, signal)
    const crashed = adopted.findLast(({ left }) => !left)
    if (crashed) metadata.labels = { previous_session: crashed.id, ...metadata.labels }
    introduce()
    stats.state = { status: 'on' }
    changed()
    deliverAdopted(adopted, store, limits, environment, deliver, stats.earlier, signal).catch(ignore)
    const writeLine = createLineWriter(store, outbox, session, metadata, limits.maxBytes / 2, environment.wallMs)
    spooler.write = async (left) => {
      // Another session may have begun, whose line it is now.
      const upTo = session.id === claimed && (await writeLine(left))
      if (!upTo) return
      stats.written = upTo
      changed()
    }
    while (!signal.aborted && session.id === claimed) {
      await spooler.write(false)
      await sleep(environment, writeIntervalMs)
    }
  }

  const spooler: Spooler = {
    async run(signal, introduce) {
      while (!signal.aborted) {
        const failure = await spool(signal, introduce).catch(String)
        introduce()
        if (!failure || signal.aborted) continue
        stats.state = { status: 'off', message: failure }
        changed()
        await sleep(environment, retryDelayMs)
      }
    },
    write: async () => {},
    leave() {
      leftAt = outbox.pushed
      spooler.write(true).catch(ignore)
      claimed = ''
    },
  }
  return spooler
}

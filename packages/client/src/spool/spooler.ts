/**
 * Spools while telemetry is on and its page is there: has earlier sessions adopted, writes the page's own once a second and
 * when it is left, and tries again where the storage fails.
 */
import type { LinkedBuffer } from '../buffer.ts'
import type { FittingMetadata } from '../metadata.ts'
import type { SpoolState, SpoolStats } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import type { Session } from '../session.ts'
import { adoptSessions, deliverAdopted, type SpoolLimits } from './adopt-sessions.ts'
import type { Delivery } from './deliver-session.ts'
import { createLineWriter } from './line-writer.ts'
import { type Locks, takeLock } from './session-lock.ts'
import { sleep } from './sleep.ts'
import type { Chunk, SavedSession, SpoolStore } from './spool-store.ts'

/** Between two writes. */
const writeIntervalMs = 1000
/** From a failure to the next attempt. */
const retryDelayMs = 30_000

/** For the storage to answer before the session says hello: what it says of the session before is told then. */
const helloTimeoutMs = 1000

/** What fails is tried again, and told by the state. */
export const ignore = (): void => {}

/** What a spooler works with. */
export interface SpoolStorage extends SpoolLimits {
  /** Where there are none there is no spool. */
  readonly locks: Locks | undefined
  /** Rejects where there is no storage, or none that answers. */
  open(): Promise<SpoolStore>
  /** Delivers an earlier session, until `over`. */
  deliver(over: Promise<unknown>, saved: SavedSession, chunks: readonly Chunk[]): Promise<Delivery>
}

export interface Spooler {
  /** What the spool tells of itself. */
  readonly stats: {
    state: SpoolState
    written: number
    readonly earlier: Record<keyof SpoolStats['earlier'], number>
  }
  /** Resolves when it is known which session it is, and what became of the one before: not before may it say hello. */
  ready: Promise<unknown>
  /** Spools until the page is left, and tries again where the storage fails. Idempotent. */
  begin(): void
  /** Writes what is new, up to a sequence, which is the last one unless told. Rejects where the store fails. */
  write(left: boolean, goal?: number): Promise<void>
  /** Writes for the last time: what is not acknowledged is another page's from now on. Idempotent. */
  leave(): void
}

/** @param metadata of the session; its labels come to name the one before, where the page of that has crashed */
export function createSpooler(
  storage: SpoolStorage,
  metadata: FittingMetadata & { labels?: FittingMetadata['labels'] },
  environment: Environment,
  { outbox, changed }: LinkedBuffer,
  session: Session,
): Spooler {
  const { locks } = storage
  /** Resolves with the end of what has begun. */
  let running: Promise<unknown> | undefined
  let end: () => void
  let allowHello: () => void
  /** The session whose lock is ours. */
  let claimed = ''
  /** What was pushed when the page was left. */
  let leftAt = 0

  async function spool(over: Promise<unknown>): Promise<void> {
    if (!locks) return Promise.reject('No Web Locks')
    while (claimed !== session.id) {
      const isOurs = await takeLock(locks, session.id, over)
      if (running !== over) return
      stats.written = 0
      // While it was left, another page may have delivered for it, on connections that were higher.
      session.epoch = environment.wallMs()
      if (isOurs) claimed = session.id
      else {
        // Another page has taken it over since this one was left, with all that was pushed by then.
        outbox.ack(leftAt)
        outbox.renew()
        session.renew()
      }
    }
    const store = await storage.open()
    over.then(store.close)
    const adopted = await adoptSessions(store, locks, over)
    if (running !== over) return
    const crashed = adopted.findLast((saved) => !saved.left)
    if (crashed) metadata.labels = { previous_session: crashed.id, ...metadata.labels }
    allowHello()
    stats.state = { status: 'on' }
    changed()
    void deliverAdopted(adopted, store, storage, environment, stats.earlier, async (...saved) =>
      running === over ? storage.deliver(over, ...saved) : 'stopped',
    )
    const writeLine = createLineWriter(store, outbox, session, metadata, storage.maxBytes / 2, environment)
    spooler.write = async (left, goal = outbox.pushed) => {
      // Another session may have begun, whose line it is now.
      const upTo = session.id === claimed && (await writeLine(left))
      if (!upTo) return
      const written = stats.written
      stats.written = upTo
      changed()
      if (written < upTo && upTo < goal) await spooler.write(left, goal)
    }
    while (running === over && session.id === claimed) {
      await spooler.write(false)
      await sleep(environment, writeIntervalMs)
    }
  }

  async function run(over: Promise<unknown>): Promise<void> {
    while (running === over) {
      const failure = await spool(over).catch(String)
      if (running !== over) return
      allowHello()
      if (!failure) continue
      stats.state = { status: 'off', message: failure }
      changed()
      await sleep(environment, retryDelayMs)
    }
  }

  const stats: Spooler['stats'] = {
    state: { status: 'idle' },
    written: 0,
    earlier: { delivered: 0, refused: 0, expired: 0, overflow: 0 },
  }
  const spooler: Spooler = {
    stats,
    ready: Promise.resolve(),
    begin() {
      if (running) return
      spooler.ready = new Promise((resolve) => {
        allowHello = resolve as () => void
        environment.setTimer(allowHello, helloTimeoutMs)
      })
      running = new Promise((resolve) => {
        end = resolve as () => void
      })
      void run(running)
    },
    write: async () => {},
    leave() {
      if (!running) return
      leftAt = outbox.pushed
      spooler.write(true).catch(ignore)
      claimed = ''
      running = undefined
      end()
      stats.state = { status: 'idle' }
      changed()
    },
  }
  return spooler
}

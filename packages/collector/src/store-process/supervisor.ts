/** Keeps the store process running: starts it, starts it again when it is gone, a little later each time, and ends it. */
import type { CollectorError } from '../errors.ts'
import type { FromStore } from './messages.ts'
import type { SpawnStore, StoreChild, StoreExit } from './spawn-store.ts'

export interface Supervisor {
  readonly lifecycle: Lifecycle
  /** The process that is running, whether it serves reads already or not. */
  readonly child: StoreChild | undefined
  /** Starts it for the first time. */
  start(): void
  /** It serves reads. */
  ready(): void
  /** It can't open its data, and will end. */
  failed(error: CollectorError): void
  /** Resolves to whether something is so, once it is, or after a while. Looked at with each change of `lifecycle`. */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean>
  /** Something that `until` may wait for has changed. */
  notify(): void
  /** Ends it in order, or after a while by force. */
  close(): Promise<void>
}

export type Lifecycle =
  | { readonly status: 'idle' }
  | { readonly status: 'starting'; readonly child: StoreChild }
  | { readonly status: 'up'; readonly child: StoreChild; readonly sinceMs: number }
  /** Until it is started again. */
  | { readonly status: 'pausing'; readonly timer: NodeJS.Timeout }
  | { readonly status: 'closed'; readonly reason?: CollectorError | undefined }

export interface SupervisorOptions {
  readonly spawn: SpawnStore
  /** A monotonic clock, in ms. */
  readonly now: () => number
  /** What it has to be told first. */
  readonly onStarted: (child: StoreChild, isFirst: boolean) => void
  readonly onMessage: (message: FromStore) => void
  readonly onExit: (exit: StoreExit, ended: Ended) => void
}

export interface Ended {
  /** Why it could not open its data. */
  readonly error: CollectorError | undefined
  readonly isStartedAgain: boolean
}

/** Before it is started again: doubling while it does not stay up. */
const pauses = { firstMs: 200, mostMs: 5000, stableMs: 5000 }
const closeTimeoutMs = 3000

export function createSupervisor({ spawn, now, onStarted, onMessage, onExit }: SupervisorOptions): Supervisor {
  let lifecycle: Lifecycle = { status: 'idle' }
  let pauseMs = pauses.firstMs
  let wasEverUp = false
  let isClosing = false
  let failure: CollectorError | undefined
  const watchers = new Set<() => void>()

  const supervisor: Supervisor = {
    get lifecycle() {
      return lifecycle
    },
    get child() {
      return 'child' in lifecycle ? lifecycle.child : undefined
    },
    start,
    ready() {
      if (lifecycle.status !== 'starting') return
      wasEverUp = true
      change({ status: 'up', child: lifecycle.child, sinceMs: now() })
    },
    failed(error) {
      failure = error
    },
    until,
    notify,
    async close() {
      isClosing = true
      if (lifecycle.status === 'pausing') clearTimeout(lifecycle.timer)
      const { child } = supervisor
      if (!child) return change({ status: 'closed' })
      child.send({ kind: 'stop' })
      if (await until(isClosed, closeTimeoutMs)) return
      child.kill()
      await until(isClosed, closeTimeoutMs)
    },
  }
  return supervisor

  function start(): void {
    const child = spawn({ onMessage, onExit: ended })
    change({ status: 'starting', child })
    onStarted(child, !wasEverUp)
  }

  function ended(exit: StoreExit): void {
    if (lifecycle.status === 'up' && now() - lifecycle.sinceMs >= pauses.stableMs) pauseMs = pauses.firstMs
    const error = failure
    failure = undefined
    // What is wrong with a folder at the first start is for whoever starts the collector to hear.
    const isStartedAgain = !isClosing && (error === undefined || wasEverUp)
    onExit(exit, { error, isStartedAgain })
    if (isStartedAgain) {
      change({ status: 'pausing', timer: setTimeout(start, pauseMs) })
      pauseMs = Math.min(pauses.mostMs, pauseMs * 2)
    } else change({ status: 'closed', reason: error })
  }

  function isClosed(): boolean {
    return lifecycle.status === 'closed'
  }

  function change(next: Lifecycle): void {
    lifecycle = next
    notify()
  }

  function notify(): void {
    for (const watcher of [...watchers]) watcher()
  }

  function until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo() || isClosed()) return Promise.resolve(isSo())
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        watchers.delete(look)
        resolve(isSo())
      }
      const look = (): void => {
        if (isSo() || isClosed()) finish()
      }
      const timer = setTimeout(finish, timeoutMs)
      watchers.add(look)
    })
  }
}

/** Keeps a process running: starts it, starts it again when it is gone, a little later each time, and ends it. */
import type { CollectorError } from '../errors.ts'
import { createWaiters } from '../waiters.ts'
import type { Child, ChildExit, ChildListener } from './spawn-child.ts'
import { lookIntervalMs } from './watchdog.ts'

/** One that can be told to end. */
type Stoppable = Child<{ readonly kind: 'stop' }>

export interface Supervisor<Process extends Stoppable> {
  readonly lifecycle: Lifecycle<Process>
  /** The process that is running, whether it is up already or not. */
  readonly child: Process | undefined
  /** Starts it for the first time. */
  start(): void
  /** It is up. */
  ready(): void
  /** It can't open its data, and will end. */
  failed(error: CollectorError): void
  /** Resolves to whether something is so, once it is, or after a while. Looked at with each change of `lifecycle`. */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean>
  /** Something that `until` may wait for has changed. */
  notify(): void
  /** Ends it in order, or after a while by force. Idempotent. */
  close(): Promise<void>
}

export type Lifecycle<Process> =
  | { readonly status: 'idle' }
  | { readonly status: 'starting'; readonly child: Process }
  | { readonly status: 'up'; readonly child: Process; readonly sinceMs: number }
  /** Until it is started again. */
  | { readonly status: 'pausing'; readonly timer: NodeJS.Timeout }
  | { readonly status: 'closed'; readonly reason?: CollectorError | undefined }

export interface SupervisorOptions<Process extends Stoppable, Message> {
  readonly spawn: (listener: ChildListener<Message>) => Process
  /** A monotonic clock, in ms. */
  readonly now: () => number
  /** What it has to be told first. */
  readonly onStarted: (child: Process, isFirst: boolean) => void
  readonly onMessage: (message: Message) => void
  /** A look, every `lookIntervalMs`: does it hang, so that it is to be ended by force? The next one begins where it stood. */
  readonly isStuck: () => boolean
  readonly onExit: (exit: ChildExit, ended: Ended) => void
}

export interface Ended {
  /** Why it could not open its data. */
  readonly error: CollectorError | undefined
  readonly isStartedAgain: boolean
}

/** Before it is started again: doubling while it does not stay up. */
const pauses = { firstMs: 200, maxMs: 5000, stableMs: 5000 }
const closeTimeoutMs = 3000

export function createSupervisor<Process extends Stoppable, Message>(
  options: SupervisorOptions<Process, Message>,
): Supervisor<Process> {
  const { spawn, now, onStarted, onMessage, isStuck, onExit } = options
  let lifecycle: Lifecycle<Process> = { status: 'idle' }
  let pauseMs = pauses.firstMs
  let wasEverUp = false
  let isClosing = false
  let closing: Promise<void> | undefined
  let failure: CollectorError | undefined
  const waiters = createWaiters()
  let watch: NodeJS.Timeout | undefined

  const supervisor: Supervisor<Process> = {
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
    until: waiters.until,
    notify: waiters.changed,
    close: () => (closing ??= close()),
  }
  return supervisor

  function start(): void {
    watch ??= setInterval(killStuck, lookIntervalMs).unref()
    const child = spawn({ onMessage, onExit: ended })
    change({ status: 'starting', child })
    onStarted(child, !wasEverUp)
  }

  function ended(exit: ChildExit): void {
    if (lifecycle.status === 'up' && now() - lifecycle.sinceMs >= pauses.stableMs) pauseMs = pauses.firstMs
    const error = failure
    failure = undefined
    // What is wrong with a folder at the first start is for whoever starts the collector to hear.
    const isStartedAgain = !isClosing && (error === undefined || wasEverUp)
    onExit(exit, { error, isStartedAgain })
    if (isStartedAgain) {
      change({ status: 'pausing', timer: setTimeout(start, pauseMs) })
      pauseMs = Math.min(pauses.maxMs, pauseMs * 2)
    } else change({ status: 'closed', reason: error })
  }

  function killStuck(): void {
    if (lifecycle.status === 'up' && isStuck()) lifecycle.child.kill()
  }

  async function close(): Promise<void> {
    isClosing = true
    clearInterval(watch)
    if (lifecycle.status === 'pausing') clearTimeout(lifecycle.timer)
    const { child } = supervisor
    if (!child) return change({ status: 'closed' })
    child.send({ kind: 'stop' })
    if (await waiters.until(isClosed, closeTimeoutMs)) return
    child.kill()
    await waiters.until(isClosed, closeTimeoutMs)
  }

  function isClosed(): boolean {
    return lifecycle.status === 'closed'
  }

  function change(next: Lifecycle<Process>): void {
    lifecycle = next
    if (isClosed()) waiters.end()
    else waiters.changed()
  }
}

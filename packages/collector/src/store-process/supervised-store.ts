/** Runs a supervised store process: what each was about to write when it ended, and which reads it had, its successor knows. */
import type { FastifyBaseLogger } from 'fastify'
import { CollectorError } from '../errors.ts'
import { createSinkSuspects } from '../sink/sink-suspects.ts'
import type { FromStore, StoreSettings } from './messages.ts'
import type { ChildExit } from './spawn-child.ts'
import type { SpawnStore, StoreChild } from './spawn-store.ts'
import { createSupervisor, type Ended, type Supervisor } from './supervisor.ts'
import { createWatchdog, type Watchdog } from './watchdog.ts'

export interface SupervisedStore
  extends Pick<Supervisor<StoreChild>, 'child' | 'until' | 'notify' | 'close'>,
    Pick<Watchdog, 'endings' | 'readsRunning' | 'readsKilled'> {
  /** Does it serve reads? */
  isUp(): boolean
  /**
   * Starts it for the first time. Resolves once something is so, or after a while.
   *
   * @throws {CollectorError} what it could not open its data for: it is not started again then
   */
  start(isReady: () => boolean, timeoutMs: number): Promise<void>
  /** What the next one is told of those before it. */
  precautions(): Pick<StoreSettings, 'orders' | 'bannedQueries'>
  /** A request got no answer: did its own query end the process? Resolves once that is known. */
  wasKilled(request: string): Promise<boolean>
}

export interface SupervisedStoreOptions {
  readonly spawn: SpawnStore
  readonly log: FastifyBaseLogger
  /** A monotonic clock, in ms. */
  readonly now: () => number
  /** What it has to be sent first. */
  readonly onStarted: (child: StoreChild, isFirst: boolean) => void
  /** After what it says of its own life was taken note of. */
  readonly onMessage: (message: FromStore) => void
  readonly onEnded: () => void
  /** It could not open its data, and `start` had returned by then. It is not started again. */
  readonly onLost: (reason: CollectorError) => void
}

/** From a broken connection to the news of the process's end. */
const exitNewsMs = 1000

export function createSupervisedStore(options: SupervisedStoreOptions): SupervisedStore {
  const { spawn, log, now, onStarted, onMessage, onEnded, onLost } = options
  let isStarting = true
  const watchdog = createWatchdog(now)
  const suspects = createSinkSuspects()
  const { isStuck } = watchdog
  const supervisor = createSupervisor({ spawn, now, onStarted, onMessage: take, isStuck, onExit })
  const { until, notify, close } = supervisor
  const isUp = (): boolean => supervisor.lifecycle.status === 'up'

  return {
    get child() {
      return supervisor.child
    },
    get readsRunning() {
      return watchdog.readsRunning
    },
    get readsKilled() {
      return watchdog.readsKilled
    },
    endings: watchdog.endings,
    until,
    notify,
    close,
    isUp,
    async start(isReady, timeoutMs) {
      supervisor.start()
      await until(isReady, timeoutMs)
      isStarting = false
      const { lifecycle } = supervisor
      if (lifecycle.status === 'closed' && lifecycle.reason) throw lifecycle.reason
    },
    precautions: () => ({ orders: suspects.orders, bannedQueries: watchdog.bannedQueries() }),
    async wasKilled(request) {
      if (isUp()) await until(() => !isUp(), exitNewsMs)
      return watchdog.wasKilled(request)
    },
  }

  function take(message: FromStore): void {
    watchdog.heard()
    if (message.kind === 'ready') supervisor.ready()
    else if (message.kind === 'failed') supervisor.failed(new CollectorError(message.code, message.message))
    else if (message.kind === 'writing') suspects.working(message.work)
    else if (message.kind === 'read-began') watchdog.readBegan(message.read)
    else if (message.kind === 'read-ended') watchdog.readEnded(message.id)
    else if (message.kind === 'log') logLine(log, message.line)
    onMessage(message)
  }

  function onExit(exit: ChildExit, { error, isStartedAgain }: Ended): void {
    onEnded()
    if (error && !isStartedAgain && !isStarting) onLost(error)
    if (!isStartedAgain) return
    const reason = watchdog.ended(exit, error === undefined)
    if (reason === 'query_time') suspects.endedOtherwise()
    else suspects.died()
    log.error({ reason, exit, error: error?.message }, 'The store process has ENDED, and is started again')
  }
}

function logLine(log: FastifyBaseLogger, line: string): void {
  const { level, msg, ...details } = JSON.parse(line)
  if (level === 'error' || level === 'fatal') log.error(details, msg)
  else log.warn(details, msg)
}

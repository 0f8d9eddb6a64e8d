/** Gives a test its `telemetry`: what its pages have sent, and what became of it. */
import type { CommittedEvent, Ledger, QueryResult, RejectedEvent } from '@downlink/collector'
import type { EventMap } from '@downlink/protocol'
import type { BrowserContext } from '@playwright/test'
import type { WorkerCollector } from './collector/worker-collector.ts'
import { TelemetryTestError } from './errors.ts'
import { overrideConfig, type PageConfig } from './page-scripts.ts'
import { createBrowserLog } from './pages/browser-log.ts'
import { allowLocalNetwork } from './pages/local-network.ts'
import { lookAtPages } from './pages/look-at-pages.ts'
import { type Evidence, explainMiss } from './received/nearest-misses.ts'
import { createReceived } from './received/received-events.ts'
import { type WaitOptions, waitDefaults } from './wait-options.ts'

/** A stored event, with its payload's type where the events are known. */
export type ReceivedEvent<
  Events extends object = EventMap,
  Type extends keyof Events & string = keyof Events & string,
> = {
  readonly [Each in Type]: Omit<CommittedEvent, 'type' | 'data'> & { readonly type: Each; readonly data: Events[Each] }
}[Type]

export interface TestTelemetry<Events extends object = EventMap> {
  /** Of the worker's collector: its page, its API and `telemetryPages`. @example 'http://127.0.0.1:40123' */
  readonly url: string
  /** What the test's pages find as `downlinkConfig`. */
  readonly config: PageConfig
  /** What was stored since the test began, or since `reset`, in order. */
  accepted(): readonly ReceivedEvent<Events>[]
  accepted<Type extends keyof Events & string>(type: Type): readonly ReceivedEvent<Events, Type>[]
  /** What was refused, each with its code. */
  rejected(): readonly RejectedEvent[]
  /** Forgets what came. The test's pages go on, and what they have not sent yet still comes. */
  reset(): void
  /**
   * The first such event, of those that came or that comes in time.
   *
   * @example const { data } = await telemetry.waitFor('ship_destroyed', ({ data }) => data.team === 'red')
   * @throws {TelemetryTestError} `not_received`, with the nearest misses
   */
  waitFor<Type extends keyof Events & string>(
    type: Type,
    predicate?: (event: ReceivedEvent<Events, Type>) => boolean,
    options?: WaitOptions,
  ): Promise<ReceivedEvent<Events, Type>>
  /** Asks now and after each change. Resolves to the first answer that is not undefined, or to undefined in the end. */
  until<Answer>(ask: () => Answer | undefined, options?: WaitOptions): Promise<Answer | undefined>
  /** What became of every event that the test's sessions pushed; oldest session first. */
  ledger(): Promise<readonly Ledger[]>
  /** One SELECT over all that this worker's tests have sent: see `Collector.query`. */
  query(sql: string): Promise<QueryResult>
  /** Makes the collector known to the pages that a further context opens from now on. `context` is known already. */
  instrument(context: BrowserContext): Promise<void>
  /** All that is known of the test's telemetry, for a message. */
  evidence(): Promise<Evidence>
}

/** A test's own telemetry, and how to end it. */
export interface OpenTelemetry {
  readonly telemetry: TestTelemetry
  close(): Promise<void>
}

/** @param config beside `url` and `enabled`, or instead of them */
export async function openTelemetry(
  collector: WorkerCollector,
  config: PageConfig,
  onJoin: (context: BrowserContext) => unknown,
): Promise<OpenTelemetry> {
  const { telemetryUrl, ledgers } = await collector.beginTest()
  const received = createReceived()
  const unsubscribe = collector.subscribe(received.take)
  const pageConfig: PageConfig = { url: telemetryUrl, enabled: true, ...config }
  const { events, rejected } = received
  const log = createBrowserLog([telemetryUrl, pageConfig.url ?? telemetryUrl])
  const contexts: BrowserContext[] = []

  const telemetry: TestTelemetry = {
    url: collector.url,
    config: pageConfig,
    accepted: (type?: string) => events.filter((event) => type === undefined || event.type === type),
    rejected: () => [...rejected],
    reset: received.reset,
    async waitFor<Type extends string>(
      type: Type,
      predicate?: (event: ReceivedEvent<EventMap, Type>) => boolean,
      { timeout = waitDefaults.waitTimeoutMs }: WaitOptions = {},
    ) {
      // From the first one each time: a reset may come between.
      const find = (): ReceivedEvent<EventMap, Type> | undefined =>
        (events as readonly ReceivedEvent<EventMap, Type>[]).find(
          (event) => event.type === type && (predicate?.(event) ?? true),
        )
      const found = await received.until(find, timeout)
      if (found !== undefined) return found
      const hasPredicate = predicate !== undefined
      const lines = explainMiss({ type, pattern: undefined, hasPredicate }, await telemetry.evidence())
      const which = hasPredicate ? 'that fits the predicate ' : ''
      const message = `Expected a ${type} ${which}within ${timeout} ms\n${lines.join('\n')}`
      throw new TelemetryTestError('not_received', message)
    },
    until: (ask, { timeout = waitDefaults.waitTimeoutMs } = {}) => received.until(ask, timeout),
    ledger: ledgers,
    query: collector.query,
    async instrument(context) {
      await context.addInitScript(overrideConfig, pageConfig)
      log.listen(context)
      await allowLocalNetwork(context)
      contexts.push(context)
      onJoin(context)
    },
    async evidence() {
      const open = contexts.flatMap((context) => context.pages())
      const [ledgers, looks] = await Promise.all([telemetry.ledger(), lookAtPages(open)])
      const pages = [
        ...aboutConfig(config),
        ...aboutPages(log.opened, open.length, events.length > 0),
        ...looks,
        ...log.lines(),
      ]
      return { events, rejected, ledgers, attempts: collector.attempts, refused: collector.refused, pages }
    },
  }
  return {
    telemetry,
    async close() {
      unsubscribe()
      // Nobody gets in until the next test begins.
      await collector.beginTest()
    },
  }
}

function aboutConfig({ enabled, url }: PageConfig): readonly string[] {
  return [
    ...(enabled === false ? ['`telemetryConfig` has `enabled: false`: the pages send nothing'] : []),
    ...(url !== undefined ? [`\`telemetryConfig\` has a \`url\` of its own, and pages send there: ${url}`] : []),
  ]
}

/** Where something came without a page, another program has sent it, and no page is missed. */
function aboutPages(opened: number, open: number, hasCome: boolean): readonly string[] {
  if (opened === 0 && hasCome) return []
  if (opened === 0)
    return ['No page was opened by `page`, by `context`, or by a context that `telemetry.instrument` knows']
  return open === 0 ? ['All pages are closed'] : []
}

/** Fakes what a test has: pages, frames, Playwright's own objects, and what a collector has received. */
import type { CommittedEvent, Ledger, RejectedEvent } from '@downlink/collector'
import type { ExpectMatcherState, TestInfo } from '@playwright/test'
import type { PagePort } from './capture/ask-page.ts'
import type { Evidence } from './received/nearest-misses.ts'
import { createReceived } from './received/received-events.ts'
import type { TestTelemetry } from './test-telemetry.ts'
import type { WaitOptions } from './wait-options.ts'

export const event = (type: string, data: unknown, seq = 1): CommittedEvent => ({
  id: `s:${seq}`,
  type,
  timestamp: 1,
  data,
  sessionId: 's',
  seq,
  receivedAt: 2,
})

export const rejection = (seq: number, raw: unknown): RejectedEvent => ({
  sessionId: 's',
  seq,
  code: 'invalid_payload',
  message: 'data.team: no',
  raw: JSON.stringify(raw),
  receivedAt: 2,
})

export const ledger = (over: Partial<Ledger> = {}): Ledger => ({
  sessionId: 's',
  delivery: 'acked',
  pushed: 3,
  stored: 3,
  expired: 0,
  forgotten: 0,
  rejected: {},
  dropped: {},
  missing: 0,
  outstanding: 0,
  ended: false,
  open: true,
  balanced: true,
  firstSeen: 1,
  lastSeen: 2,
  ...over,
})

export const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  events: [],
  rejected: [],
  ledgers: [],
  attempts: 0,
  refused: 0,
  pages: [],
  ...over,
})

/** Telemetry whose events the test sends itself. */
export function aTelemetry(over: Partial<Evidence> = {}) {
  const received = createReceived()
  const facts = { ...evidence(), ledgers: over.ledgers ?? [], attempts: over.attempts ?? 0, pages: over.pages ?? [] }
  const telemetry = {
    accepted: (type?: string) => received.events.filter((each) => type === undefined || each.type === type),
    rejected: () => received.rejected,
    until: <Answer>(ask: () => Answer | undefined, { timeout = 1000 }: WaitOptions = {}) =>
      received.until(ask, timeout),
    ledger: async () => facts.ledgers,
    evidence: async () => ({ ...facts, events: received.events, rejected: received.rejected }),
  } as unknown as TestTelemetry
  const send = (...events: CommittedEvent[]): void => received.take({ events, rejected: [] })
  send(...(over.events ?? []))
  return { telemetry, send, facts }
}

/** The part of a matcher's state that is used; its hint has no colours. */
export const aState = (isNot = false, timeout = 1000): ExpectMatcherState =>
  ({
    isNot,
    promise: '',
    timeout,
    utils: { matcherHint: (name: string) => `expect(telemetry)${isNot ? '.not' : ''}.${name}(expected)` },
  }) as unknown as ExpectMatcherState

type Frame = ReturnType<PagePort['frames']>[number]

/** A frame whose scripts run here, over a scope that a test fills. */
export function aFrame(over: Partial<Frame> = {}): Frame {
  return {
    evaluate: ((run: (argument: unknown) => unknown, argument: unknown) => run(argument)) as Frame['evaluate'],
    waitForLoadState: async () => {},
    ...over,
  }
}

/** A page of one frame, unless it is given others. */
export function aPage({ isClosed = () => false, frames, ...over }: Partial<PagePort & Frame> = {}): PagePort {
  return { isClosed, frames: frames ?? (() => [aFrame(over)]) }
}

/** The part of a test's info that is used. */
export function aTest(over: Partial<TestInfo> & { readonly folder?: string } = {}) {
  const { folder = '/out' } = over
  const outputDir = `${folder}/a-test-chromium-retry1`
  const test = {
    titlePath: ['a.spec.ts', 'a group', 'a test'],
    file: '/tests/a.spec.ts',
    project: { name: 'chromium', outputDir: folder },
    retry: 1,
    timeout: 30_000,
    repeatEachIndex: 0,
    workerIndex: 4,
    config: { shard: { current: 2, total: 3 }, rootDir: '/tests' },
    status: 'passed',
    expectedStatus: 'passed',
    annotations: [],
    attachments: [],
    outputDir,
    outputPath: (...path: string[]) => [outputDir, ...path].join('/'),
    async attach(
      name: string,
      { contentType = '', body, path }: { contentType?: string; body?: string; path?: string },
    ) {
      test.attachments.push({
        name,
        contentType,
        ...(path !== undefined ? { path } : { body: Buffer.from(body ?? '') }),
      })
    },
    ...over,
  } as TestInfo
  return test
}

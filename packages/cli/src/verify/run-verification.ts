/** Runs a verification: sends the events of many sessions to a collector, deals faults meanwhile, and compares what is stored with what was pushed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyName } from '@downlink/protocol'
import { CliError } from '../errors.ts'
import { retried } from '../retried.ts'
import { auditSession, type Findings, sumOfFindings } from './audit.ts'
import type { Client } from './client.ts'
import { type Clients, openClients } from './clients.ts'
import { type Fault, type FaultKind, faultName, planFaults, type Verified } from './fault-plan.ts'
import { createProgressWatch, type ProgressWatch } from './progress-watch.ts'
import { type DealtFault, type Progress, runWorkload, type WorkloadOptions } from './run-workload.ts'
import { createStoredRows, type RowReader, type StoredRows } from './stored-rows.ts'
import { unfinishedOf } from './unfinished-sessions.ts'
import { isSound, quantilesOf, type Verdict } from './verdict.ts'

export interface VerificationOptions
  extends Pick<WorkloadOptions, 'events' | 'rate' | 'deal' | 'onProgress' | 'signal'> {
  /** Of the collector; may have a path of its own. */
  readonly url: string
  readonly key: string | undefined
  readonly verified: Verified
  readonly api: RowReader
  /** Value of the label that tells its sessions from those of other runs. */
  readonly run: string
  readonly seed: number
  readonly sessions: number
  readonly faults: readonly FaultKind[]
}

/** @throws {CliError} `schema_rejects`, `refused`, `interrupted`, and as the API client does */
export async function runVerification(options: VerificationOptions): Promise<Verdict> {
  const { verified, seed, sessions, events, faults, signal, onProgress } = options
  const startedAtMs = performance.now()
  const store = createStoredRows(retrying(options.api), verified)
  const hasFaults = { hasRelays: faults.includes('network'), hasOverflow: faults.length > 0 }
  const clients = await openClients({ ...options, ...hasFaults, startMs: Date.now() - events })
  try {
    await expectAccepted(clients.openDirect())
    const plan = planFaults({ verified, seed, sessions, events, kinds: faults })
    const watch = createProgressWatch(clients.all, () => performance.now())
    const dealt = await runWorkload({ ...options, clients, plan, watch })
    await allAcknowledged(clients, watch, signal)
    const unfinished = unfinishedOf(clients.all)
    if (signal.aborted) throw new CliError('interrupted', 'Interrupted before there was a verdict', 'Run it again.')
    const fresh = clients.openDirect()
    await pushOne(fresh)
    await storeCaughtUp(store, [...clients.all, fresh], {
      standstillMs: unfinished.length > 0 ? standstillMs.collector : standstillMs[verified],
      onStored: (stored) => onProgress({ ...countsOf(clients), faults: dealt.length, stored }),
    })
    const figures = await auditAll(store, clients, events)
    const { stored, ...wrong } = await auditClient(store, fresh)
    const isFlowing = stored === 1 && Object.values(wrong).every((count) => count === 0)
    const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10
    const verdict = { seed, sessions, ...figures, unfinished, isFlowing, ...faultFigures(dealt, verified), seconds }
    return { ok: isSound(verdict), ...verdict }
  } finally {
    await clients.close()
  }
}

const ackPollMs = 20

/** Resolves once all that was pushed is acknowledged, or nothing more will be. */
async function allAcknowledged(clients: Clients, watch: ProgressWatch, signal: AbortSignal): Promise<void> {
  const isOver = (): boolean => {
    const { pushed, acked } = countsOf(clients)
    return acked >= pushed || signal.aborted || watch.hasEnded()
  }
  while (!isOver()) await sleep(ackPollMs)
}

const firstAckMs = 15_000

async function pushOne(client: Client): Promise<number> {
  client.push(1)
  return client.flush(firstAckMs)
}

/** @throws {CliError} where the collector refuses what is to be sent, or does not answer */
async function expectAccepted(client: Client): Promise<void> {
  const remaining = await pushOne(client)
  const { rejection } = client.acks
  if (rejection) {
    const message = `The collector rejects events of the type ${verifyName}: ${rejection.message} [${rejection.code}]`
    const advice = `Add ${verifyName} to its event definitions, with a schema that takes any payload, or start it with --schema-mode warn.`
    throw new CliError('schema_rejects', message, advice)
  }
  if (remaining === 0) return
  const link = client.status()
  const reason = link.status === 'stopped' ? `${link.reason}: ${link.message ?? ''}` : `its link is ${link.status}`
  const advice = 'Where it wants a write key: --key, or DOWNLINK_KEY.'
  throw new CliError('refused', `A first event is not acknowledged; ${reason}`, advice)
}

/** Through the moments in which a store, or the collector that was asked, is killed and started again: it did answer before. */
const retrying = (api: RowReader): RowReader => ({
  query: (sql) =>
    retried(
      () => api.query(sql),
      undefined,
      (error) => error.isPassing || error.code === 'unreachable',
    ),
})

const catchUpPollMs = 500

/** Without more in the store for so long, nothing comes any more. A sink may have to wait for another's lease, and for its store. */
const standstillMs: { readonly [Which in Verified]: number } = { collector: 20_000, cluster: 120_000 }

interface CatchUpOptions {
  readonly standstillMs: number
  readonly onStored: (events: number) => void
}

/** Resolves once the store has all that was acknowledged, or stands still. */
async function storeCaughtUp(store: StoredRows, all: Clients['all'], options: CatchUpOptions): Promise<void> {
  const { acked } = countsOf({ all })
  const sessionIds = all.map(({ sessionId }) => sessionId)
  let [last, lastMs] = [-1, performance.now()]
  while (performance.now() - lastMs < options.standstillMs) {
    const committed = await store.committedOf(sessionIds)
    options.onStored(committed)
    if (committed >= acked) return
    if (committed !== last) [last, lastMs] = [committed, performance.now()]
    await sleep(catchUpPollMs)
  }
}

const countsOf = ({ all }: Pick<Clients, 'all'>): Pick<Progress, 'pushed' | 'acked'> => ({
  pushed: all.reduce((sum, { acks }) => sum + acks.pushed, 0),
  acked: all.reduce((sum, { acks }) => sum + acks.acked, 0),
})

const auditClient = (store: StoredRows, { sessionId, acks, eventAt }: Client): Promise<Findings> =>
  auditSession(store, { sessionId, pushed: acks.pushed, eventAt })

async function auditAll(store: StoredRows, clients: Clients, events: number) {
  const { all } = clients
  const findings: Findings[] = []
  for (const client of all) findings.push(await auditClient(store, client))
  const ackMs = quantilesOf(all.flatMap(({ acks }) => acks.latenciesMs))
  const undisturbedAckMs = quantilesOf(all.flatMap(({ acks }) => acks.undisturbedMs))
  const counts = countsOf(clients)
  return { ...counts, unpushed: events - counts.pushed, ...sumOfFindings(findings), ackMs, undisturbedAckMs }
}

function faultFigures(dealt: readonly DealtFault[], verified: Verified): Pick<Verdict, 'faults' | 'outageMs'> {
  const counts: Record<string, number> = {}
  for (const { fault } of dealt) counts[faultName(fault)] = (counts[faultName(fault)] ?? 0) + 1
  const outagesMs = dealt.filter(({ fault }) => isOutage(fault, verified)).map(({ tookMs }) => Math.round(tookMs))
  const outageMs = { longest: Math.max(0, ...outagesMs), total: outagesMs.reduce((sum, ms) => sum + ms, 0) }
  return { faults: counts, outageMs }
}

/** Nothing is taken meanwhile. Of a cluster something always is, but for the moment of an election. */
const isOutage = (fault: Fault, verified: Verified): boolean =>
  verified === 'collector' && (fault.kind === 'disk' || (fault.kind === 'kill' && fault.target === 'collector'))

/** Runs a verification: sends the events of many sessions to a collector, deals faults meanwhile, and compares what is stored with what was pushed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyName } from '@downlink/protocol'
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { retried } from '../retried.ts'
import { auditSession, type Findings, type RowReader, sumOfFindings } from './audit.ts'
import type { Client } from './client.ts'
import { type Clients, openClients } from './clients.ts'
import { type Fault, type FaultKind, faultName, planFaults } from './fault-plan.ts'
import { type DealtFault, runWorkload, stuckMs, type WorkloadOptions } from './run-workload.ts'
import { isSound, quantilesOf, type Verdict } from './verdict.ts'

export interface VerificationOptions
  extends Pick<WorkloadOptions, 'events' | 'rate' | 'deal' | 'onProgress' | 'signal'> {
  /** Of the collector; may have a path of its own. */
  readonly url: string
  readonly key: string | undefined
  readonly api: ApiClient
  /** Value of the label that tells its sessions from those of other runs. */
  readonly run: string
  readonly seed: number
  readonly sessions: number
  readonly faults: readonly FaultKind[]
}

/** @throws {CliError} `schema_rejects`, `refused`, `interrupted`, and as the API client does */
export async function runVerification(options: VerificationOptions): Promise<Verdict> {
  const { seed, sessions, events, faults, signal } = options
  const startedAtMs = performance.now()
  const api = retrying(options.api)
  const hasFaults = { hasRelays: faults.includes('network'), hasOverflow: faults.length > 0 }
  const clients = await openClients({ ...options, ...hasFaults, startMs: Date.now() - events })
  try {
    await expectAccepted(clients.openDirect())
    const plan = planFaults({ seed, sessions, events, kinds: faults })
    const dealt = await runWorkload({ ...options, clients, plan })
    if (!signal.aborted) await Promise.all(clients.all.map((client) => client.flush(stuckMs)))
    if (signal.aborted) throw new CliError('interrupted', 'Interrupted before there was a verdict', 'Run it again.')
    const fresh = clients.openDirect()
    await pushOne(fresh)
    const figures = await auditAll(clients, api, options.run)
    const { stored, ...wrong } = await auditClient(api, fresh)
    const isFlowing = stored === 1 && Object.values(wrong).every((count) => count === 0)
    const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10
    const verdict = { seed, sessions, ...figures, isFlowing, ...faultFigures(dealt), seconds }
    return { ok: isSound(verdict), ...verdict }
  } finally {
    await clients.close()
  }
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

/** Through the moments in which a store is killed and started again. */
const retrying = (api: ApiClient): RowReader => ({ query: (sql) => retried(() => api.query(sql)) })

const catchUpPollMs = 500
const standstillMs = 20_000

/** Resolves once the store has all that was acknowledged, or stands still. */
async function storeCaughtUp(api: RowReader, run: string, acked: number): Promise<void> {
  const sql = `SELECT sum(committed_seq) FROM sessions WHERE labels->>'${verifyName}' = '${run}'`
  let [last, lastMs] = [-1, performance.now()]
  while (performance.now() - lastMs < standstillMs) {
    const committed = Number((await api.query(sql)).rows[0]?.[0] ?? 0)
    if (committed >= acked) return
    if (committed !== last) [last, lastMs] = [committed, performance.now()]
    await sleep(catchUpPollMs)
  }
}

const auditClient = (api: RowReader, { sessionId, acks, eventAt }: Client): Promise<Findings> =>
  auditSession(api, { sessionId, pushed: acks.pushed, eventAt })

async function auditAll({ all }: Clients, api: RowReader, run: string) {
  const sum = (what: 'pushed' | 'acked'): number => all.reduce((total, { acks }) => total + acks[what], 0)
  await storeCaughtUp(api, run, sum('acked'))
  const findings: Findings[] = []
  for (const client of all) findings.push(await auditClient(api, client))
  const ackMs = quantilesOf(all.flatMap(({ acks }) => acks.latenciesMs))
  const undisturbedAckMs = quantilesOf(all.flatMap(({ acks }) => acks.undisturbedMs))
  return { pushed: sum('pushed'), acked: sum('acked'), ...sumOfFindings(findings), ackMs, undisturbedAckMs }
}

function faultFigures(dealt: readonly DealtFault[]): Pick<Verdict, 'faults' | 'outageMs'> {
  const counts: Record<string, number> = {}
  for (const { fault } of dealt) counts[faultName(fault)] = (counts[faultName(fault)] ?? 0) + 1
  const outagesMs = dealt.filter(({ fault }) => isOutage(fault)).map(({ tookMs }) => Math.round(tookMs))
  const outageMs = { longest: Math.max(0, ...outagesMs), total: outagesMs.reduce((sum, ms) => sum + ms, 0) }
  return { faults: counts, outageMs }
}

/** The collector takes nothing meanwhile. */
const isOutage = (fault: Fault): boolean =>
  fault.kind === 'disk' || (fault.kind === 'kill' && fault.target === 'collector')

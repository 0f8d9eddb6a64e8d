/** Runs a verification: plays sessions against a collector, deals faults meanwhile, and compares what is stored with what was pushed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyName } from '@downlink/protocol'
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { retried } from '../retried.ts'
import { auditSession, type Findings, type RowReader, sumOfFindings } from './audit.ts'
import { type Cast, openCast } from './cast.ts'
import { type FaultKind, faultName, type PlannedFault, planFaults } from './fault-plan.ts'
import { type PlayOptions, playAll, stuckMs } from './play.ts'
import type { Player } from './player.ts'
import { isSound, quantile, type Verdict } from './verdict.ts'

export interface VerificationOptions extends Pick<PlayOptions, 'events' | 'rate' | 'deal' | 'onProgress' | 'signal'> {
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
  const api = patient(options.api)
  const hasFaults = { hasRelays: faults.includes('network'), hasOverflow: faults.length > 0 }
  const cast = await openCast({ ...options, ...hasFaults, startMs: Date.now() - events })
  try {
    await expectTaken(cast.newcomer())
    const dealt = await playAll({ ...options, cast, plan: planFaults({ seed, sessions, events, kinds: faults }) })
    if (!signal.aborted) await Promise.all(cast.players.map((player) => player.flush(stuckMs)))
    if (signal.aborted) throw new CliError('interrupted', 'Interrupted before there was a verdict', 'Run it again.')
    const fresh = cast.newcomer()
    await pushOne(fresh)
    const figures = await auditAll(cast, api, options.run)
    const { stored, ...wrong } = await auditSession(api, fresh)
    const isFlowing = stored === 1 && Object.values(wrong).every((count) => count === 0)
    const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10
    const verdict = { seed, sessions, ...figures, isFlowing, faults: countByName(dealt), seconds }
    return { ok: isSound(verdict), ...verdict }
  } finally {
    await cast.leave()
  }
}

const firstAckMs = 15_000

async function pushOne(player: Player): Promise<number> {
  player.play(1)
  return player.flush(firstAckMs)
}

/** @throws {CliError} where the collector refuses what is to be sent, or does not answer */
async function expectTaken(player: Player): Promise<void> {
  const remaining = await pushOne(player)
  const { rejection } = player
  if (rejection) {
    const message = `The collector rejects events of the type ${verifyName}: ${rejection.message} [${rejection.code}]`
    const advice = `Add ${verifyName} to its event definitions, with a schema that takes any payload, or start it with --schema-mode warn.`
    throw new CliError('schema_rejects', message, advice)
  }
  if (remaining === 0) return
  const link = player.status()
  const reason = link.status === 'stopped' ? `${link.reason}: ${link.message ?? ''}` : `its link is ${link.status}`
  const advice = 'Where it wants a write key: --key, or DOWNLINK_KEY.'
  throw new CliError('refused', `A first event is not acknowledged; ${reason}`, advice)
}

/** Through the moments in which a store is killed and started again. */
const patient = (api: ApiClient): RowReader => ({ query: (sql) => retried(() => api.query(sql)) })

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

async function auditAll({ players }: Cast, api: RowReader, run: string) {
  const sum = (what: 'pushed' | 'acked'): number => players.reduce((total, player) => total + player[what], 0)
  await storeCaughtUp(api, run, sum('acked'))
  const findings: Findings[] = []
  for (const player of players) findings.push(await auditSession(api, player))
  const delays = Float64Array.from(players.flatMap(({ ackDelaysMs }) => ackDelaysMs)).sort()
  const ackMs = { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) }
  return { pushed: sum('pushed'), acked: sum('acked'), ...sumOfFindings(findings), ackMs }
}

function countByName(dealt: readonly PlannedFault[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { fault } of dealt) counts[faultName(fault)] = (counts[faultName(fault)] ?? 0) + 1
  return counts
}

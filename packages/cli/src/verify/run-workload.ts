/** Runs the workload of a verification: pushes all events, and deals the planned faults meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clients } from './clients.ts'
import type { Fault, OwnersFault, PlannedFault } from './fault-plan.ts'
import type { ProgressWatch } from './progress-watch.ts'

export interface WorkloadOptions {
  readonly clients: Clients
  /** Of all sessions together. */
  readonly events: number
  /** Events a second, of all sessions together; undefined: as many as are acknowledged. */
  readonly rate: number | undefined
  readonly plan: readonly PlannedFault[]
  /** Ends it early. */
  readonly watch: ProgressWatch
  /** Resolves once it is dealt. */
  readonly deal: (fault: OwnersFault) => Promise<void>
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface Progress {
  readonly pushed: number
  readonly acked: number
  readonly faults: number
  /** Of what was acknowledged, while it is waited for the rest; undefined before. */
  readonly stored?: number
}

export interface DealtFault {
  readonly fault: Fault
  /** From its beginning until the collector took events again. */
  readonly tookMs: number
}

const turnMs = 10
const pushedAtOnce = 200
const turnsPerProgress = 20

/** Resolves to the faults that were dealt: all, unless it was interrupted or nothing went on. */
export async function runWorkload(options: WorkloadOptions): Promise<readonly DealtFault[]> {
  const { clients, events, rate, plan, watch, onProgress, signal } = options
  const startedAtMs = performance.now()
  const dealt: DealtFault[] = []
  let begun = 0
  let isOver = false
  let isDealing = true
  let isOwnerDealing = false
  const dealing = dealAll().finally(() => (isDealing = false))
  // It is awaited below; until then its failure only ends the turns.
  dealing.catch(() => (isOver = true))

  for (let turn = 0; !isOver && (isDealing || count('pushed') < events); turn++) {
    pushTurn()
    if (turn % turnsPerProgress === 0) onProgress(progress())
    isOver = signal.aborted || watch.hasEnded(isOwnerDealing)
    await sleep(turnMs)
  }
  isOver = true
  // What waits for a link that does not come is not dealt.
  clients.heal()
  await dealing
  return dealt

  function count(what: 'pushed' | 'acked'): number {
    return clients.all.reduce((sum, { acks }) => sum + acks[what], 0)
  }

  function progress(): Progress {
    return { pushed: count('pushed'), acked: count('acked'), faults: dealt.length }
  }

  /** No further than to the next fault: it is dealt in the midst of what it is planned for, while more is pushed. */
  function pushTurn(): void {
    const due = rate === undefined ? events : Math.floor((rate * (performance.now() - startedAtMs)) / 1000)
    let room = Math.min(due, plan[begun]?.atEvents ?? events) - count('pushed')
    const sessions = clients.all.length
    for (const [at, { acks, push }] of clients.all.entries()) {
      const share = Math.floor(events / sessions) + (at < events % sessions ? 1 : 0)
      const before = acks.pushed
      push(Math.max(0, Math.min(pushedAtOnce, share - before, room)))
      room -= acks.pushed - before
    }
  }

  async function dealAll(): Promise<void> {
    for (const planned of plan) {
      while (count('pushed') < planned.atEvents) {
        if (isOver) return
        await sleep(turnMs)
      }
      begun++
      await sleep(planned.afterMs)
      if (isOver) return
      // No link is waited for, and whoever deals it has a limit of his own.
      isOwnerDealing = planned.fault.kind !== 'network'
      dealt.push(await dealOne(planned.fault, options))
      isOwnerDealing = false
    }
  }
}

async function dealOne(fault: Fault, { clients, deal }: WorkloadOptions): Promise<DealtFault> {
  const met = clients.all.filter((_, at) => fault.kind !== 'network' || fault.session === at)
  const beganAtMs = performance.now()
  for (const { acks } of met) acks.beginFault()
  await (fault.kind === 'network' ? clients.inject(fault) : deal(fault))
  for (const { acks } of met) acks.endFault()
  return { fault, tookMs: performance.now() - beganAtMs }
}

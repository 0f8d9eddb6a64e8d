/**
 * Runs collector and store with a hand on everything between and below them: the real sessions, commit, log and sink over a
 * disk and a database that are models, and what sends them events. One run is a seed: whatever can happen, happens by
 * chance, each write and sync on its own, so that either half may die between any two of them.
 */

import { type Chance, createChance } from '../../packages/cli/src/verify/random.ts'
import { createFaultyDisk } from '../../packages/collector/src/log/test-doubles.ts'
import type { Sessions } from '../../packages/collector/src/session/sessions.ts'
import type { Ablation } from './ablation.ts'
import { createCollectorHalf } from './collector-half.ts'
import { createFaults } from './faults.ts'
import { createModelClients } from './model-clients.ts'
import { createModelDatabase } from './model-database.ts'
import { expire, type Half, release } from './model-half.ts'
import type { Senders } from './senders.ts'
import { createStoreHalf } from './store-half.ts'
import { Violation } from './violation.ts'

export interface RunOptions {
  /** Bytes decay, segments are lost, older copies are put back: what was acknowledged may be missing, but is counted. */
  readonly disasters: boolean
  readonly without?: Ablation
  /** @default clients that are models */
  readonly createSenders?: (chance: Chance, options: SendersOptions) => Senders
}

export interface SendersOptions {
  /** Undefined while there is no collector. */
  readonly sessions: () => Sessions | undefined
  readonly nowMs: () => number
  /** Takes what fails beside the run. */
  readonly remember: (error: unknown) => void
}

const steps = 300

const turn = (): Promise<void> => new Promise(setImmediate)

/** @throws where something acknowledged is lost, doubled, out of order or not accounted for, or where it comes to no end */
export async function playTwoHalves(seed: number, options: RunOptions): Promise<void> {
  const run = createRun(seed, options)
  for (let step = 0; step < steps; step++) await run.act()
  await run.calm()
  await run.drain()
  if (options.disasters) {
    // Everybody comes once more, so that what damage took shows in the ledgers.
    run.hangUp()
    await run.drain()
  }
  run.check()
}

function createRun(seed: number, { disasters, without, createSenders = createModelClients }: RunOptions) {
  const chance = createChance(seed)
  const disk = createFaultyDisk(() => chance(1_000_000) / 1_000_000)
  const database = createModelDatabase({ readsPositionLate: without === 'checkpoint-order' })
  let isCalm = false
  let nowMs = 0
  let failure: unknown
  const remember = (error: unknown): void => {
    failure ??= error
  }
  const store = createStoreHalf({ disk, database, chance, without, isCalm: () => isCalm })
  const collector = createCollectorHalf({ disk, chance, without, store })
  const sessions = () => collector.running?.sessions
  const senders = createSenders(chance, { sessions, nowMs: () => nowMs, remember })
  const killStore = store.kill
  const faults = createFaults({ chance, disk, database, senders, killCollector, killStore, disasters })

  return { act, drain, check, calm, hangUp: senders.hangUp }

  async function act(): Promise<void> {
    nowMs++
    if (collector.running) await actWith(collector.running)
    else collector.start()
    await turn()
  }

  async function actWith(running: NonNullable<typeof collector.running>): Promise<void> {
    if (!store.running && chance(100) < (faults.isSlow ? 2 : 15)) store.start(running)
    const dice = chance(100)
    if (dice < 12) await senders.play()
    else if (dice < 40) await senders.communicate()
    else if (dice < 65) release(running, 1 + chance(3))
    else if (dice < 80) release(store.running, 1 + chance(3))
    else if (dice < 86) expireAll(running)
    else if (dice < 92) expireAll(store.running)
    else if (dice < 94) store.checkpoint()
    else if (dice < 95) read()
    else if (dice < 96 && !disasters) senders.impersonate()
    else await faults.strike()
  }

  function expireAll(half: Half | undefined): void {
    expire(half?.timers, 50, chance)
    expire(half?.patience, 50, chance)
  }

  function killCollector(): void {
    collector.kill()
    senders.loseLinks()
  }

  /** A question sees every ack that came before it. */
  function read(): void {
    if (disasters || !store.running) return
    const acked = [...senders.acked()]
    void store.running.sink.caughtUp(Number.POSITIVE_INFINITY).then(() => {
      const { rows } = database.content()
      const late = acked.find(([id, seq]) => seq > (rows.get(id)?.committedSeq ?? 0))
      if (late) remember(new Violation(`${late} was acknowledged, and not read`))
    })
  }

  async function calm(): Promise<void> {
    isCalm = true
    faults.end()
    await senders.calm()
  }

  async function drain(): Promise<void> {
    for (let round = 0; round < 400; round++) {
      if (!collector.running) collector.start()
      release(collector.begun, 50)
      if (collector.running && !store.running) store.start(collector.running)
      for (const half of [collector.running, store.running]) {
        release(half, 50)
        expire(half?.timers, 100, chance)
        expire(half?.patience, 2, chance)
      }
      await turn()
      await senders.communicate()
      if (await isDrained()) return
    }
    throw new Violation('it comes to no end')
  }

  async function isDrained(): Promise<boolean> {
    if (!collector.running || !store.running || !senders.isDone) return false
    if (collector.running.waiting.length + store.running.waiting.length > 0) return false
    return Promise.race([store.running.sink.caughtUp(Number.POSITIVE_INFINITY), turn().then(() => false)])
  }

  function check(): void {
    if (failure) throw failure
    senders.check(database.content())
  }
}

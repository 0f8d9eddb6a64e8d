/** Tries a target's inputs one after the other until the time is over, and tells which of them do harm, made as small as can be. */
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { SessionFigures, Subject, Target } from './target.ts'

export interface FuzzOptions {
  /** The same seed makes the same inputs. */
  readonly seed: number
  readonly durationMs: number
  /** How long an input may take at least, at its fastest of ten tries: for a machine that is busy with others. @default 0 */
  readonly leastSlowMs?: number
  /** Inputs that are tried before all others. */
  readonly first?: readonly unknown[]
  /** Hears of each input before it is tried. */
  readonly onInput?: (lane: number, input: unknown) => void
  readonly onProgress?: (inputs: number) => void
}

export interface FuzzReport {
  readonly inputs: number
  readonly durationMs: number
  /** Bytes by which the memory in use grew once it was warm. */
  readonly grownBytes: number
  readonly findings: readonly Finding[]
  /** Of the session beside a real collector's inputs. */
  readonly session?: SessionFigures | undefined
}

export interface Finding {
  readonly seed: number
  /** What the input did, or what was found wrong after all of them. */
  readonly harm: string
  /** Absent where it is none of a single one. */
  readonly input?: unknown
}

/** Inputs that share a seed. */
const runsPerSeed = 50
const defaultSlowMs = 1000
/** A busy machine may hold any input for longer, so it is tried again before it is blamed. */
const slowTries = 10
/** By so many times as long as something harmless takes an input may be slower, at most, for the machine alone. */
const busyTimes = 10
/** No input comes back after so many. They are counted here, for a machine that stands still stops both. */
const lostSeconds = 300
const checkIntervalMs = 5000
/** Of a target that does harm wherever it is touched, a few are enough. */
const maxFindings = 10
/** Of memory in use, beyond which it grows. */
const maxGrowthBytes = 64 * 1024 * 1024

export async function fuzzTarget(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const { durationMs, leastSlowMs = 0, first = [], onInput, onProgress } = options
  const subject = await target.open()
  const slowMs = Math.max(leastSlowMs, subject.slowMs ?? defaultSlowMs)
  const findings = new Map<string, Finding>()
  const memory = createMemoryWatch(subject)
  let nextSeed = options.seed
  let inputs = 0
  for (const input of first) {
    onInput?.(0, input)
    add(await harmOf(subject, input, slowMs), { seed: options.seed, input })
  }
  // However long those took, new ones have their time; however busy the machine is, one has.
  const startedMs = performance.now()
  const isOver = (): boolean => inputs > 0 && performance.now() - startedMs > durationMs
  let checkAtMs = startedMs + checkIntervalMs
  let checking: Promise<void> | undefined
  await Promise.all(Array.from({ length: subject.lanes }, (_, lane) => runLane(lane)))
  await check()
  const report = {
    inputs,
    durationMs: performance.now() - startedMs,
    grownBytes: memory.grownBytes(),
    findings: [...findings.values()],
    session: subject.session?.(),
  }
  await subject.close()
  return report

  async function runLane(lane: number): Promise<void> {
    while (!isOver() && findings.size < maxFindings) {
      await runSeed(nextSeed++, lane)
      // What is tried may never wait for anything, and whoever watches has to hear of it all the same.
      await turn()
      if (performance.now() < checkAtMs) continue
      checking ??= check().finally(() => {
        checking = undefined
        checkAtMs = performance.now() + checkIntervalMs
      })
      await checking
    }
  }

  async function runSeed(seed: number, lane: number): Promise<void> {
    /** The harm that is looked for in smaller inputs. */
    let hunted: string | undefined
    const property = fc.asyncProperty(subject.inputs, async (input) => {
      if (isOver()) return
      onInput?.(lane, input)
      const harm = await harmOf(subject, input, slowMs)
      inputs += subject.countOf(input)
      onProgress?.(inputs)
      if (harm === undefined || findings.has(kindOf(harm))) return
      hunted ??= kindOf(harm)
      if (hunted === kindOf(harm)) throw new Error(harm)
    })
    const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: runsPerSeed })
    if (!failed || !counterexample || hunted === undefined) return
    const [input] = counterexample
    add(messageOf(errorInstance), { seed, input })
  }

  function add(harm: string | undefined, found: Omit<Finding, 'harm'>): void {
    if (harm !== undefined && !findings.has(kindOf(harm))) findings.set(kindOf(harm), { ...found, harm })
  }

  async function check(): Promise<void> {
    await memory.look()
    const harm = await subject
      .check()
      .then(() => (memory.grownBytes() > maxGrowthBytes ? 'The memory in use grows' : undefined), messageOf)
    add(harm, { seed: options.seed })
  }
}

/** What an input does that it must not; undefined where that is nothing. */
async function harmOf(subject: Subject, input: unknown, slowMs: number): Promise<string | undefined> {
  const { control } = subject
  const timeIt = control ? wallTime : computingTime
  try {
    const fastestMs = await fastestOf(() => timeIt(() => subject.try(input)), slowMs)
    if (fastestMs <= slowMs) return undefined
    const busyMs = control ? busyTimes * (await fastestOf(() => wallTime(control), 0)) : 0
    return fastestMs > slowMs + busyMs ? `It takes ${Math.round(fastestMs)} ms` : undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** Of some attempts, until one is fast enough. */
async function fastestOf(attempt: () => Promise<number>, enoughMs: number): Promise<number> {
  let fastestMs = Number.POSITIVE_INFINITY
  for (let time = 0; time < slowTries && fastestMs > enoughMs; time++) {
    fastestMs = Math.min(fastestMs, await attempt())
  }
  return fastestMs
}

async function wallTime(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await unlessLost(work())
  return performance.now() - startedMs
}

/** What this process computes meanwhile, of which others take nothing however busy they are. */
async function computingTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  const waitedMs = await wallTime(work)
  const { user, system } = process.cpuUsage(before)
  return Math.min(waitedMs, (user + system) / 1000)
}

/** Rejects where something does not come back. */
async function unlessLost(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const lost = new Promise<never>((_, reject) => {
    let seconds = 0
    timer = setInterval(() => {
      if (++seconds > lostSeconds) reject(new Error(`It does not come back within ${lostSeconds} s`))
    }, 1000)
  })
  await Promise.race([work, lost]).finally(() => clearInterval(timer))
}

/** Findings that differ in numbers and quoted text alone are one. */
const kindOf = (harm: string): string => harm.replace(/".*?"|'.*?'|\d+/gs, '…').slice(0, 200)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Looks at the memory in use now and then. What grows while all is warm, and never comes back, is a leak. */
function createMemoryWatch(subject: Subject) {
  const looks: number[] = []
  const lowest = (from: number, to: number): number =>
    Math.min(...looks.slice(Math.floor(from * looks.length), Math.ceil(to * looks.length)))
  return {
    look: async () => void looks.push(await subject.heldBytes()),
    /** From the second quarter of the looks to the last one. */
    grownBytes: () => (looks.length < 8 ? 0 : lowest(0.75, 1) - lowest(0.25, 0.5)),
  }
}

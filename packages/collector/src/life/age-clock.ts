/**
 * Tells the time by which stored events age. It is the wall clock's, unless that is suddenly far ahead of how long the
 * collector has run: after a wrong NTP answer, or a virtual machine that was resumed, all that is stored would be too old at
 * once. Then it goes on with the clock that never steps, until events have been kept by that one as long as they shall be;
 * by then all that came before the jump is gone, in its time.
 */
import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import type { ClockWitnesses } from '../clock-witnesses.ts'
import { parseObject } from '../parse-object.ts'
import { createSerialQueue } from '../serial-queue.ts'
import { writeSmallFile } from '../small-files.ts'

/** Milliseconds since 1970, but for `steadyMs`. */
export interface AgeClockState {
  readonly wallMs: number
  readonly ageMs: number
  /** How long the collector has run since the wall clock jumped; null where it is believed. */
  readonly steadyMs: number | null
}

/** Keeps the state from one process to the next. */
export interface AgeClockMemory {
  /** Undefined where there is none, or none that can be read; rejects where that can't be told now. */
  load(): Promise<AgeClockState | undefined>
  /** May reject, which is nothing to stop for. */
  save(state: AgeClockState): Promise<void>
}

export interface AgeClock {
  /** To be asked often: what passes in between counts. Rejects where the memory, or a witness, can't be asked now. */
  read(): Promise<AgeReading>
}

export interface AgeReading {
  /** Whole milliseconds since 1970. */
  readonly nowMs: number
  /** By how much the wall clock is ahead; 0 where it is believed, but for a step. */
  readonly aheadMs: number
}

/** A machine that slept for a day is nothing to tell of. */
const maxStepMs = 86_400_000
/** Where events are kept for ever, and only pruned by hand: thirty days. */
const defaultKeepMs = 2_592_000_000

/**
 * @param keepMs how long events are kept: by one step they age by a day at most, or half of it; undefined for ever
 * @param memory of the process before: how long there was none is not known, and counts as a step
 * @param askWitnesses none of them is ever overtaken, the newest event by a step at most. Then the memory is that of others,
 * too, and asked each time. @default there are none
 */
export function createAgeClock(
  clock: Clock,
  keepMs: number | undefined,
  memory: AgeClockMemory,
  askWitnesses?: () => Promise<ClockWitnesses>,
): AgeClock {
  const inTurn = createSerialQueue()
  const believedAfterMs = keepMs ?? defaultKeepMs
  const stepMs = Math.min(maxStepMs, believedAfterMs / 2)
  let last: { readonly state: AgeClockState; readonly readAtMs: number } | undefined

  return {
    read: () => inTurn(read),
  }

  async function read(): Promise<AgeReading> {
    const remembered = last && !askWitnesses ? undefined : await memory.load()
    const witnesses = await askWitnesses?.()
    const [wallMs, readAtMs] = [clock.wallMs(), clock.monotonicMs()]
    const own = last && runOn(last.state, readAtMs - last.readAtMs)
    const before = own && remembered ? laterOf(own, remembered) : (own ?? remembered)
    const saidMs = witnesses ? boundBy(witnesses, wallMs, before) : wallMs
    const state = before ? stateAfter(before, saidMs) : believed(saidMs)
    last = { state, readAtMs }
    // On a full disk, too, somebody wants to prune. The next process knows an older time then, and deletes later.
    await memory.save(state).catch(() => {})
    const nowMs = Math.floor(state.ageMs)
    const isBelieved = state.steadyMs === null && wallMs <= saidMs + stepMs
    return { nowMs, aheadMs: isBelieved ? 0 : Math.max(0, wallMs - nowMs) }
  }

  /** @param before with what has passed since */
  function stateAfter(before: AgeClockState, wallMs: number): AgeClockState {
    const { ageMs, steadyMs } = before
    if (wallMs <= ageMs + stepMs) return believed(wallMs)
    const hasJumped = steadyMs === null || wallMs > before.wallMs + stepMs
    const ranMs = hasJumped ? 0 : steadyMs
    return ranMs >= believedAfterMs ? believed(wallMs) : { wallMs, ageMs, steadyMs: ranMs }
  }

  /** Where nothing comes, what is stored ages by what passes. */
  function boundBy({ nowsMs, newestMs }: ClockWitnesses, wallMs: number, before: AgeClockState | undefined): number {
    const stampedMs = newestMs === undefined ? [] : [Math.max(newestMs + stepMs, before?.ageMs ?? 0)]
    return Math.min(wallMs, ...nowsMs, ...stampedMs)
  }
}

function runOn({ wallMs, ageMs, steadyMs }: AgeClockState, ranMs: number): AgeClockState {
  return { wallMs: wallMs + ranMs, ageMs: ageMs + ranMs, steadyMs: steadyMs === null ? null : steadyMs + ranMs }
}

const laterOf = (one: AgeClockState, other: AgeClockState): AgeClockState => (other.ageMs > one.ageMs ? other : one)

const believed = (wallMs: number): AgeClockState => ({ wallMs, ageMs: wallMs, steadyMs: null })

/** In a file, such as `age-clock.json` of the data folder. */
export const ageClockFile = (path: string): AgeClockMemory => ({
  load: async () => ageClockStateIn(await readFile(path, 'utf8').catch(() => undefined)),
  save: (state) => writeSmallFile(path, JSON.stringify(state)),
})

/** Undefined where the text is none. */
export function ageClockStateIn(text: string | undefined): AgeClockState | undefined {
  const { wallMs, ageMs, steadyMs } = parseObject(text) ?? {}
  const isState = typeof wallMs === 'number' && typeof ageMs === 'number'
  return isState ? { wallMs, ageMs, steadyMs: typeof steadyMs === 'number' ? steadyMs : null } : undefined
}

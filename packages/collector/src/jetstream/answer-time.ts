/** Tells up to when the answers of a store that sinks fill are whole. */
import type { SetTimer } from '../clock.ts'
import type { SinkLag } from './sink-lag.ts'

export interface AnswerTimeOptions {
  readonly lag: Pick<SinkLag, 'behindSince'>
  readonly setTimer: SetTimer
  /** In ms since 1970. */
  readonly wallMs: () => number
}

/** So much longer than it is to wait for sinks a look at them may take: whoever reads does not wait for a log that is away. */
const patienceMs = 1000

/**
 * @returns waits for sinks so long, and resolves to the time up to which all is stored that was acknowledged, in ms since
 * 1970: undefined where nothing is missing, and 0 where nobody could tell since the start. Never rejects
 */
export function createAnswerTime({ lag, setTimer, wallMs }: AnswerTimeOptions) {
  /** As it was last known: it only grows, whatever becomes of the log. */
  let wholeUpToMs = 0
  return async (waitMs: number): Promise<number | undefined> => {
    const askedAtMs = wallMs()
    let cancel = (): void => {}
    const late = new Promise<'late'>((resolve) => {
      cancel = setTimer(() => resolve('late'), waitMs + patienceMs)
    })
    const found = lag.behindSince(waitMs).then(
      (sinceMs) => {
        wholeUpToMs = Math.max(wholeUpToMs, sinceMs ?? askedAtMs)
        return sinceMs
      },
      () => wholeUpToMs,
    )
    const sinceMs = await Promise.race([found, late])
    cancel()
    return sinceMs === 'late' ? wholeUpToMs : sinceMs
  }
}

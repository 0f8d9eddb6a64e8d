/** A line of what was judged: a figure, how it stands, and what to do where that is not well. */

export interface HealthLine {
  readonly name: string
  readonly value: string
  readonly status: HealthStatus
  /** What to do; none where all is well. */
  readonly advice?: string
}

export type HealthStatus = 'good' | 'warn' | 'bad' | 'unknown'

/** A store that is behind its log for longer does not keep up. */
export const badLagMs = 60_000

/** Of a log that takes nothing more once it is full. */
const logShare = { warn: 0.5, bad: 0.8 }

/** @param share of what may be taken, from 0 to 1 */
export const shareStatus = (share: number): HealthStatus =>
  share >= logShare.bad ? 'bad' : share >= logShare.warn ? 'warn' : 'good'

/** @param advice by the status that it is for */
export function lineState(
  status: HealthStatus,
  advice: Partial<Record<HealthStatus, string>>,
): Pick<HealthLine, 'status' | 'advice'> {
  const words = advice[status]
  return { status, ...(words !== undefined && { advice: words }) }
}

export const below = (value: number, limits: { readonly warn: number; readonly bad: number }): HealthStatus =>
  value < limits.bad ? 'bad' : value < limits.warn ? 'warn' : 'good'

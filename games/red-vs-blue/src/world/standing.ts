/** Computes what a faction thinks of the player: fame and infamy, and the attitude that follows from both. */

/** From the worst to the best. */
export const attitudes = ['hostile', 'wary', 'neutral', 'friendly', 'allied'] as const

export type Attitude = (typeof attitudes)[number]

export interface Standing {
  readonly fame: number
  readonly infamy: number
  readonly attitude: Attitude
}

/** The least score, fame less infamy, at which an attitude is held. */
const minScore: Readonly<Record<Attitude, number>> = {
  hostile: Number.NEGATIVE_INFINITY,
  wary: -39,
  neutral: -14,
  friendly: 15,
  allied: 40,
}

export const unknown: Standing = { fame: 0, infamy: 0, attitude: 'neutral' }

export const scoreOf = ({ fame, infamy }: Pick<Standing, 'fame' | 'infamy'>): number => fame - infamy

export const attitudeAt = (score: number): Attitude =>
  attitudes.findLast((attitude) => score >= minScore[attitude]) ?? 'hostile'

export const isWorse = (one: Attitude, other: Attitude): boolean => attitudes.indexOf(one) < attitudes.indexOf(other)

/** The fame it takes to rise by one attitude; 0 for the best. */
export function fameToRise(standing: Standing): number {
  const next = attitudes[attitudes.indexOf(standing.attitude) + 1]
  return next ? minScore[next] - scoreOf(standing) : 0
}

/** The infamy it takes to fall by one attitude; 0 for the worst. */
export const infamyToFall = (standing: Standing): number =>
  standing.attitude === 'hostile' ? 0 : scoreOf(standing) - minScore[standing.attitude] + 1

/** Any other word, or none, is neutral. */
export const attitudeNamed = (name: string | null | undefined): Attitude =>
  attitudes.find((attitude) => attitude === name) ?? 'neutral'

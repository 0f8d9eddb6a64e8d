/** Tells when an event happened, by the collector's clock, in the unit in which times are stored. */
import { isTime } from '@downlink/protocol'

/** The time by the collector's clock, in microseconds since 1970. One that no date holds is left as the client has it. */
export function correctedMicros(timestamp: number, clockOffsetMs = 0): number {
  const corrected = timestamp + clockOffsetMs
  return microsOf(isTime(corrected) ? corrected : timestamp)
}

export const microsOf = (ms: number): number => Math.round(ms * 1000)

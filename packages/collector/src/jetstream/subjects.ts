/** Names what stands in the stream: a partition of 64 for each session, by hash, and a subject in it. */
import { createHash } from 'node:crypto'

export const streamName = 'DOWNLINK'

/** Of a stream once and for all: with another number a session would change its partition, and its order be lost. */
const partitionCount = 64

const prefix = 'downlink'

export const allSubjects: string = `${prefix}.*.*`

/** @example 'partition-07' */
export const partitionNames: readonly string[] = Array.from(
  { length: partitionCount },
  (_, at) => `partition-${digitsOf(at)}`,
)

/** Of all sessions of a partition. */
export const subjectsOf = (partition: string): string => `${prefix}.${partition.slice(-2)}.*`

/** @example 'downlink.07.0192f0c1-…' */
export function subjectOf(sessionId: string): string {
  const partition = createHash('sha256').update(sessionId).digest().readUInt8(0) % partitionCount
  return `${prefix}.${digitsOf(partition)}.${tokenOf(sessionId)}`
}

/** A dot ends a token of a subject, and a session's id may have some. */
const tokenOf = (sessionId: string): string => sessionId.replaceAll('.', '%2E')

function digitsOf(partition: number): string {
  return String(partition).padStart(2, '0')
}

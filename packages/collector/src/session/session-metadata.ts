/** Reads from a hello what is kept of its session. The proof is kept as a hash: who reads the database can't speak for a session. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Hello } from '@downlink/protocol'
import type { SessionMetadata } from '../commit/session-batch.ts'

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Takes the same time wherever the two differ. */
export const sameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

export const metadataOf = ({ proof, now, schema, meta }: Hello, nowMs: number): SessionMetadata => ({
  delivery: 'acked',
  proofHash: hashOf(proof),
  clockOffsetMs: nowMs - now,
  build: meta?.build,
  labels: meta?.labels,
  schema,
})

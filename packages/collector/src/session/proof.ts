/** A session's proof is kept as its hash: who reads the database can't speak for a session. */
import { createHash, timingSafeEqual } from 'node:crypto'

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Takes the same time wherever the two differ. */
export const sameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

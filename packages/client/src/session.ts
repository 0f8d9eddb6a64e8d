/** Who is sending: a session id, and the proof that it is ours. */
import type { Environment } from './environment.ts'

export interface Session {
  /** UUIDv7 (RFC 9562), unless a headless run named it. */
  id: string
  /** 128 random bits, in hexadecimal; known to this page load only. */
  proof: string
}

/** The random bytes are of a secure source, never a game's seeded one: two players would share a session. */
export function createSession(
  { randomBytes, wallMs }: Pick<Environment, 'randomBytes' | 'wallMs'>,
  id?: string,
): Session {
  const random = Array.from(randomBytes(25), (byte) => byte.toString(16).padStart(2, '0')).join('')
  // 48 bits of time, 72 random ones.
  const digits = wallMs().toString(16).padStart(12, '0') + random
  let at = 0
  const uuid = 'xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => digits.charAt(at++))
  return { id: id ?? uuid, proof: random.slice(-32) }
}

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
  const random = Array.from(randomBytes(25), (byte) => (byte + 256).toString(16).slice(1)).join('')
  const time = wallMs().toString(16).padStart(12, '0')
  // 48 bits of time, version 7, 12 random bits, variant 8, 60 random bits.
  const digits = `${time}7${random.slice(32, 35)}8${random.slice(35)}`
  return { id: id ?? digits.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), proof: random.slice(0, 32) }
}

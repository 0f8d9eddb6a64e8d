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
  const digits = (from: number, to: number): string => random.slice(from, to)
  const time = wallMs().toString(16).padStart(12, '0')
  // 48 bits of time, version 7, 12 random bits, variant 8, 60 random bits.
  const uuid = `${time.slice(0, 8)}-${time.slice(8)}-7${digits(32, 35)}-8${digits(35, 38)}-${digits(38, 50)}`
  return { id: id ?? uuid, proof: digits(0, 32) }
}

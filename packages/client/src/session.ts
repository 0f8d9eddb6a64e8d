/** Who is sending: a session id, and the proof that it is ours. */

export interface Session {
  /** UUIDv7 (RFC 9562), unless a headless run named it. */
  readonly id: string
  /** 128 random bits, in hexadecimal; known to this page load only. */
  readonly proof: string
}

/**
 * @param randomBytes from a secure source, never a game's seeded one: two players would share a session
 */
export function createSession(randomBytes: (count: number) => Uint8Array, wallMs: number, id?: string): Session {
  const hex = () => Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const digits = `${wallMs.toString(16).padStart(12, '0')}7${hex().slice(13)}`
  const uuid = digits.replace(/(.{8})(.{4})(.{4})(.)(.{3})/, (_, a, b, c, d, e) =>
    [a, b, c, '89ab'[Number.parseInt(d, 16) & 3] + e, ''].join('-'),
  )
  return { id: id ?? uuid, proof: hex() }
}

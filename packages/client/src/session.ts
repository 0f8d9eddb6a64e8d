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
  return { id: id ?? uuidV7(randomBytes(16), wallMs), proof: hex(randomBytes(16)) }
}

function uuidV7(bytes: Uint8Array, wallMs: number): string {
  const time = Math.floor(wallMs).toString(16).padStart(12, '0')
  const random = hex(bytes)
  const variant = (((bytes[8] ?? 0) & 0x3f) | 0x80).toString(16)
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${random.slice(13, 16)}`,
    variant + random.slice(18, 20),
    random.slice(20),
  ].join('-')
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Makes a session's id, and the proof that it is ours. */
import type { Environment } from './ports.ts'

export interface Session {
  /** UUIDv7 (RFC 9562), unless a headless run named it. */
  readonly id: string
  /** 128 random bits, in hexadecimal; known to this page only. */
  readonly proof: string
  /** Above those of its earlier pages; each of its connections adds one. */
  epoch: number
  /** Begins another session. */
  renew(): void
}

/**
 * Is made when it is first asked for: while a module loads, some platforms have no random bytes. They are of a secure
 * source, never a game's seeded one: two players would share a session.
 */
export function createSession(environment: Pick<Environment, 'randomBytes' | 'wallMs'>, name?: string): Session {
  let random = ''
  let id = name
  const digits = (): string =>
    (random ||= Array.from(environment.randomBytes(25), (byte) => byte.toString(16).padStart(2, '0')).join(''))
  return {
    get id() {
      if (!id) {
        // 48 bits of time, 72 random ones.
        const text = environment.wallMs().toString(16).padStart(12, '0') + digits()
        let at = 0
        id = 'xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => text[at++] as string)
      }
      return id
    },
    get proof() {
      return digits().slice(-32)
    },
    epoch: 1,
    renew() {
      random = ''
      id = undefined
    },
  }
}

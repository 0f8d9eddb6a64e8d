/** Limits connections, in all and by address, so that nobody can take every slot. */

export interface ConnectionLimits {
  readonly maxSockets: number
  readonly maxSocketsPerAddress: number
  readonly maxHandshakesPerAddress: number
}

export interface ConnectionSlot {
  /** The socket has said hello, or has no need to. Idempotent. */
  endHandshake(): void
  release(): void
}

type Acquired =
  | { readonly ok: true; readonly slot: ConnectionSlot }
  /** No slot is free; the message says of which limit. */
  | { readonly ok: false; readonly message: string }

export interface ConnectionLimiter {
  acquire(address: string): Acquired
}

export function createConnectionLimiter(limits: ConnectionLimits): ConnectionLimiter {
  const { maxSockets, maxSocketsPerAddress, maxHandshakesPerAddress } = limits
  const addresses = new Map<string, { sockets: number; handshakes: number }>()
  let sockets = 0
  return {
    acquire(address) {
      const count = addresses.get(address) ?? { sockets: 0, handshakes: 0 }
      if (sockets >= maxSockets) return full(`${maxSockets} sockets in all`)
      if (count.sockets >= maxSocketsPerAddress) return full(`${maxSocketsPerAddress} sockets from this address`)
      if (count.handshakes >= maxHandshakesPerAddress) {
        return full(`${maxHandshakesPerAddress} sockets from this address that have not said hello`)
      }
      addresses.set(address, count)
      sockets++
      count.sockets++
      count.handshakes++
      let isHandshaking = true
      const endHandshake = () => {
        if (isHandshaking) count.handshakes--
        isHandshaking = false
      }
      const slot = {
        endHandshake,
        release() {
          endHandshake()
          sockets--
          if (--count.sockets === 0) addresses.delete(address)
        },
      }
      return { ok: true, slot }
    },
  }
}

const full = (limit: string): Acquired => ({ ok: false, message: `Expected at most ${limit}` })

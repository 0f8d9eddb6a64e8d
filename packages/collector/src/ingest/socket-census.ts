/** Counts sockets, in all and by address, so that nobody can take every place. */

export interface SocketLimits {
  readonly maxSockets: number
  readonly maxSocketsPerAddress: number
  readonly maxGreetingPerAddress: number
}

export interface Seat {
  /** The socket has said hello, or has no need to. */
  greeted(): void
  leave(): void
}

export interface SocketCensus {
  /** Undefined where all places are taken. */
  enter(address: string): Seat | undefined
}

export function createSocketCensus(limits: SocketLimits): SocketCensus {
  const addresses = new Map<string, { sockets: number; greeting: number }>()
  let sockets = 0
  return {
    enter(address) {
      const count = addresses.get(address) ?? { sockets: 0, greeting: 0 }
      if (sockets >= limits.maxSockets) return undefined
      if (count.sockets >= limits.maxSocketsPerAddress || count.greeting >= limits.maxGreetingPerAddress)
        return undefined
      addresses.set(address, count)
      sockets++
      count.sockets++
      count.greeting++
      let greeting = true
      const greeted = () => {
        if (greeting) count.greeting--
        greeting = false
      }
      return {
        greeted,
        leave() {
          greeted()
          sockets--
          if (--count.sockets === 0) addresses.delete(address)
        },
      }
    },
  }
}

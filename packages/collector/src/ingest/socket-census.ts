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

type Entry =
  | { readonly kind: 'entered'; readonly seat: Seat }
  /** All places are taken; the message says which. */
  | { readonly kind: 'full'; readonly message: string }

export interface SocketCensus {
  enter(address: string): Entry
}

export function createSocketCensus({
  maxSockets,
  maxSocketsPerAddress,
  maxGreetingPerAddress,
}: SocketLimits): SocketCensus {
  const addresses = new Map<string, { sockets: number; greeting: number }>()
  let sockets = 0
  return {
    enter(address) {
      const count = addresses.get(address) ?? { sockets: 0, greeting: 0 }
      if (sockets >= maxSockets) return full(`${maxSockets} sockets in all`)
      if (count.sockets >= maxSocketsPerAddress) return full(`${maxSocketsPerAddress} sockets from this address`)
      if (count.greeting >= maxGreetingPerAddress) {
        return full(`${maxGreetingPerAddress} sockets from this address that have not said hello`)
      }
      addresses.set(address, count)
      sockets++
      count.sockets++
      count.greeting++
      let greeting = true
      const greeted = () => {
        if (greeting) count.greeting--
        greeting = false
      }
      const seat = {
        greeted,
        leave() {
          greeted()
          sockets--
          if (--count.sockets === 0) addresses.delete(address)
        },
      }
      return { kind: 'entered', seat }
    },
  }
}

const full = (most: string): Entry => ({ kind: 'full', message: `Expected at most ${most}` })

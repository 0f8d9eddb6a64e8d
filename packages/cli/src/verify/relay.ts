/** Relays the connections of one session, and injects faults into them when it is told to: it cuts, stalls and half-closes them. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { ConnectionFault } from './fault-plan.ts'

export interface Relay {
  /** On this machine's loopback. */
  readonly port: number
  /** Resolves once the fault has met a connection: the one that is up, else the next. */
  inject(fault: ConnectionFault): Promise<void>
  /** Cuts what is up, which may be stalled or half closed; what comes then has no fault. */
  heal(): void
  close(): Promise<void>
}

export interface RelayTarget {
  readonly host: string
  readonly port: number
}

/** @param hostname of a URL, which has an IPv6 address in brackets */
export const unbracketed = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** @param target nobody need listen there yet */
export async function openRelay(target: RelayTarget): Promise<Relay> {
  const pairs = new Set<Pair>()
  let waiting: { readonly fault: ConnectionFault; readonly done: () => void }[] = []

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true })
    const pair: Pair = { near, far }
    pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    const destroy = (): void => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', destroy).on('close', destroy)
    // Once it is in use: one that is cut before does no harm.
    near.once('data', () => {
      const due = waiting.shift()
      if (!due) return
      inject(due.fault, pair)
      due.done()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    inject(fault) {
      const [pair] = pairs
      if (!pair) return new Promise((done) => waiting.push({ fault, done }))
      inject(fault, pair)
      return Promise.resolve()
    },
    heal() {
      for (const { done } of waiting) done()
      waiting = []
      for (const { near } of pairs) near.destroy()
    },
    async close() {
      for (const { near } of pairs) near.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

function inject({ kind, side, forMs }: ConnectionFault, { near, far }: Pair): void {
  const [one, other] = side === 'near' ? [near, far] : [far, near]
  switch (kind) {
    case 'cut':
      one.destroy()
      break
    case 'stall':
      one.unpipe(other)
      one.pause()
      setTimeout(() => one.destroyed || one.pipe(other), forMs)
      break
    case 'half-close':
      one.unpipe(other)
      other.end()
  }
}

/**
 * Passes connections on to one part of a cluster, until nothing passes between the two any more; and knows the moments at
 * which to kill one of them.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttableRelay {
  /** On this machine's loopback. */
  readonly port: number
  /**
   * Nothing passes until it is healed. `reset`: connections end, and none is made. `silent`: they stay, and what is sent
   * waits, as where packets are lost.
   */
  cut(how: 'reset' | 'silent'): void
  heal(): void
  /**
   * Acts in the midst of the next request whose bytes hold a text: when half of them are passed on, or when it is answered.
   * What follows on that connection passes no more. @returns how to let it be
   */
  actAt(moment: Moment, text: string, act: () => void): () => void
  close(): void
}

export type Moment = 'half-sent' | 'answered'

interface Trap {
  readonly moment: Moment
  readonly text: string
  act(): void
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
  /** A request came that the trap is for. */
  isAwaited: boolean
}

/** @param targetPort nobody need listen there yet */
export async function openCuttableRelay(targetPort: number): Promise<CuttableRelay> {
  const pairs = new Set<Pair>()
  let state: 'passing' | 'reset' | 'silent' = 'passing'
  let trap: Trap | undefined
  const server = createServer((near) => {
    if (state === 'reset') near.destroy()
    else open({ near, far: connect(targetPort, '127.0.0.1'), isAwaited: false })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    cut(how) {
      state = how
      for (const pair of pairs) how === 'reset' ? destroy(pair) : hold(pair)
    },
    heal() {
      state = 'passing'
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.resume()
    },
    actAt(moment, text, act) {
      const set = { moment, text, act }
      trap = set
      return () => {
        if (trap === set) trap = undefined
      }
    },
    close() {
      server.close()
      for (const pair of pairs) destroy(pair)
    },
  }

  function open(pair: Pair): void {
    const { near, far } = pair
    pairs.add(pair)
    const end = (): void => destroy(pair)
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end)
    near.on('data', (chunk: Buffer) => {
      if (!trap || !chunk.includes(trap.text)) return pass(near, far, chunk)
      pair.isAwaited = trap.moment === 'answered'
      if (pair.isAwaited) return pass(near, far, chunk)
      spring(pair)
      far.end(chunk.subarray(0, chunk.length / 2))
    })
    far.on('data', (chunk: Buffer) => {
      if (!trap || !pair.isAwaited) return pass(far, near, chunk)
      spring(pair)
      destroy(pair)
    })
    if (state === 'silent') hold(pair)
  }

  function pass(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.writableEnded || to.write(chunk)) return
    from.pause()
    to.once('drain', () => {
      if (state === 'passing') from.resume()
    })
  }

  /** Nothing of the pair is read any more. */
  function spring({ near }: Pair): void {
    near.removeAllListeners('data')
    trap?.act()
    trap = undefined
  }

  function hold({ near, far }: Pair): void {
    for (const socket of [near, far]) socket.pause()
  }

  function destroy(pair: Pair): void {
    pairs.delete(pair)
    pair.near.destroy()
    pair.far.destroy()
  }
}

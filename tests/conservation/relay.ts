/** Relays TCP connections, and treats them badly: it cuts, stalls and half-closes them at random. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Chance } from './random.ts'

export interface Relay {
  readonly port: number
  readonly harm: { readonly cut: number; readonly stalled: number; readonly halfClosed: number }
  /** From now on connections are left in peace. */
  calm(): void
  close(): Promise<void>
}

/** @param targetPort on loopback; nobody need listen there yet */
export async function openRelay(targetPort: number, chance: Chance): Promise<Relay> {
  const harm = { cut: 0, stalled: 0, halfClosed: 0 }
  const pairs = new Set<readonly [Socket, Socket]>()
  let calm = false

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
    const pair = [near, far] as const
    pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    const mischief = setTimeout(() => !calm && mistreat(pair), 100 + chance(900))
    const destroy = () => {
      clearTimeout(mischief)
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of pair) socket.on('error', destroy).on('close', destroy)
  })

  function mistreat([near, far]: readonly [Socket, Socket]): void {
    const [one, other] = chance(2) ? [near, far] : [far, near]
    switch (chance(3)) {
      case 0:
        harm.cut++
        one.destroy()
        break
      case 1:
        harm.stalled++
        one.unpipe(other)
        one.pause()
        setTimeout(() => one.destroyed || one.pipe(other), 100 + chance(1500))
        break
      default:
        harm.halfClosed++
        one.unpipe(other)
        other.end()
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    harm,
    calm: () => {
      calm = true
      for (const [near] of pairs) near.destroy()
    },
    async close() {
      for (const [near] of pairs) near.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Passes connections on to one of several collectors, and changes which one that is: a balancer without a memory. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface SwitchingRelay {
  readonly port: number
  /** New connections go there. With `cut` the others end, and neither side is told in order. */
  switchTo(port: number, cut: boolean): void
}

export async function aSwitchingRelay(firstPort: number): Promise<SwitchingRelay> {
  let target = firstPort
  const sockets = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(one)
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    switchTo(port, cut) {
      target = port
      if (cut) for (const socket of sockets) socket.resetAndDestroy()
    },
  }
}

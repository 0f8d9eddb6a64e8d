/** Lets into a worker's collector only the pages of the running test, by an address that changes with each test. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { telemetryPath } from '@downlink/protocol'

export interface TestGateway {
  /** @example 'http://127.0.0.1:40123' */
  readonly url: string
  /** Sockets and bodies that have come with the address of now. */
  readonly attempts: number
  /** Those that have come with another address, or with none, since it is that of now. */
  readonly refused: number
  /** Cuts off whoever came by an earlier address. @returns the address of now */
  nextTest(): string
  close(): Promise<void>
}

/** Listens on a free port of this machine, and hands on to `inner`, which need not listen. */
export async function openTestGateway(inner: Server): Promise<TestGateway> {
  const inside = new Set<Socket>()
  let token = randomUUID()
  let attempts = 0
  let refused = 0

  /** Other paths, such as the collector's page, are open to all. */
  function mayPass({ url = '', socket }: IncomingMessage): boolean {
    // Not by URL, which throws at some of what a request may ask for.
    const [path, query] = url.split('?', 2)
    if (path !== telemetryPath) return true
    if (new URLSearchParams(query).get('test') !== token) {
      refused++
      return false
    }
    attempts++
    if (!inside.has(socket)) inside.add(socket.once('close', () => inside.delete(socket)))
    return true
  }

  const outer = createServer((request, response) => {
    if (mayPass(request)) inner.emit('request', request, response)
    else response.writeHead(410).end('This test is over')
  })
  outer.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (mayPass(request)) inner.emit('upgrade', request, socket, head)
    else socket.destroy()
  })
  outer.listen(0, '127.0.0.1')
  await once(outer, 'listening')
  const { port } = outer.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    get attempts() {
      return attempts
    },
    get refused() {
      return refused
    },
    nextTest() {
      for (const socket of inside) socket.destroy()
      token = randomUUID()
      attempts = 0
      refused = 0
      return `ws://127.0.0.1:${port}${telemetryPath}?test=${token}`
    },
    async close() {
      outer.close()
      outer.closeAllConnections()
      for (const socket of inside) socket.destroy()
      if (outer.listening) await once(outer, 'close')
    },
  }
}

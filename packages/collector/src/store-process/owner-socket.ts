/** A socket that answers for as long as its collector lives, so that nobody else opens its data folder meanwhile. */
import { connect, createServer, type Server } from 'node:net'

export interface OwnerSocket {
  readonly path: string
  close(): Promise<void>
}

/** A process that is there accepts at once, whatever it is doing: the system does it. */
const answerTimeoutMs = 1000

export async function openOwnerSocket(path: string): Promise<OwnerSocket> {
  const server: Server = createServer((socket) => void socket.end())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  server.unref()
  return { path, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(answerTimeoutMs, () => settle(false))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

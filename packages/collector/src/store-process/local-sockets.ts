/** Opens the local sockets of a collector and its store process, in a folder that only this user may enter. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

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
    const finish = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(answerTimeoutMs, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

export interface SocketFolder {
  path(name: string): string
  remove(): Promise<void>
}

/** A Unix socket's path ends at 104 bytes on macOS, 108 on Linux (`sun_path`), so that it can't lie in the data folder. */
const maxPathBytes = 100
const longestName = 'store.sock'

export async function makeSocketFolder(): Promise<SocketFolder> {
  // A named pipe lies in no folder.
  if (process.platform === 'win32') {
    const id = randomUUID()
    return { path: (name) => `\\\\.\\pipe\\downlink-${id}-${name}`, remove: async () => {} }
  }
  const parents = [tmpdir(), '/tmp'].filter(
    (parent) => Buffer.byteLength(join(parent, 'downlink-XXXXXX', longestName)) < maxPathBytes,
  )
  const folder = await mkdtemp(join(parents[0] ?? '/tmp', 'downlink-'))
  return { path: (name) => join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) }
}

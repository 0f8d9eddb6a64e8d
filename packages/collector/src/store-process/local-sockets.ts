/** Opens the local sockets of a collector and its store process, in a folder that only this user may enter. */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, rmdir, stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { systemTimer } from '../clock.ts'
import { CollectorError } from '../errors.ts'

export interface OwnerSocket {
  readonly path: string
  close(): Promise<void>
}

/** A process that is there accepts at once, whatever it is doing: the system does it. */
const answerTimeoutMs = 1000

/** @param folder what it answers: the name of the folder that its process has open */
export async function openOwnerSocket(path: string, folder: string): Promise<OwnerSocket> {
  const server: Server = createServer((socket) => void socket.on('error', () => {}).end(folder))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  server.unref()
  return { path, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** Who is there where an owner's file says so: `other` has another folder open, and this one is a copy of it. */
export type OwnerAnswer = 'owner' | 'other' | 'nobody'

/** One that accepts and says nothing is stopped, and still there. */
export function askOwner(path: string, folder: string): Promise<OwnerAnswer> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let said = ''
    let isThere = false
    const finish = (): void => {
      cancel()
      socket.destroy()
      if (!isThere) resolve('nobody')
      else resolve(said === '' || said === folder ? 'owner' : 'other')
    }
    const cancel = systemTimer(finish, answerTimeoutMs)
    socket.once('connect', () => {
      isThere = true
    })
    socket.on('data', (part) => {
      said += part
    })
    socket.once('error', finish)
    socket.once('close', finish)
  })
}

/** The same for every path that leads to a folder, and another for each copy. */
export async function folderName(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true })
  return `${dev}:${ino}`
}

export interface SocketFolder {
  path(of: keyof typeof names): string
  remove(): Promise<void>
}

/** A Unix socket's path ends at 104 bytes on macOS, 108 on Linux (`sun_path`), so that it can't lie in the data folder. */
const maxPathBytes = 100
const names = { owner: 'owner.sock', store: 'store.sock' } as const

/** @throws {CollectorError} `data_unusable` where there is no temporary folder to write in */
export async function makeSocketFolder(): Promise<SocketFolder> {
  // A named pipe lies in no folder.
  if (process.platform === 'win32') {
    const id = randomUUID()
    return { path: (of) => `\\\\.\\pipe\\downlink-${id}-${names[of]}`, remove: async () => {} }
  }
  const parents = [tmpdir(), '/tmp'].filter(
    (parent) => Buffer.byteLength(join(parent, 'downlink-XXXXXX', names.store)) < maxPathBytes,
  )
  let cause: unknown
  for (const parent of parents) {
    try {
      const folder = await mkdtemp(join(parent, 'downlink-'))
      return { path: (of) => join(folder, names[of]), remove: () => rm(folder, { recursive: true, force: true }) }
    } catch (error) {
      cause = error
    }
  }
  const places = parents.join(' or ')
  throw new CollectorError('data_unusable', `Can't make a folder for local sockets in ${places}: ${cause}`, { cause })
}

/** What a killed collector has left; anything else there stays, and its folder then, too. */
export async function removeLeftSockets(ownerPath: string): Promise<void> {
  if (process.platform === 'win32' || basename(ownerPath) !== names.owner) return
  const folder = dirname(ownerPath)
  try {
    for (const name of Object.values(names)) await rm(join(folder, name), { force: true })
    await rmdir(folder)
  } catch {
    // It is another user's, or gone.
  }
}

/** Makes room for a socket, also where something has cleaned the temporary folder. */
export async function clearSocket(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await rm(path, { force: true })
}

const watchIntervalMs = 1000

/** Calls back where a socket's file is gone, so that nobody can come in any more. */
export function watchSocket(path: string, onGone: () => void): void {
  if (process.platform === 'win32') return
  const timer = setInterval(() => {
    if (existsSync(path)) return
    clearInterval(timer)
    onGone()
  }, watchIntervalMs).unref()
}

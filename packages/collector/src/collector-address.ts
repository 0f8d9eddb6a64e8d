/** Notes beside a log where its collector answers, so that whoever finds the folder in use can find the collector. */
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { openLogFiles } from './log/log-files.ts'
import { readOwner } from './log/owner.ts'
import { parseObject } from './parse-object.ts'
import { askOwner, folderName } from './store-process/local-sockets.ts'

const fileName = 'address'
const formatVersion = 1

export interface AddressNote {
  /** Folder that this process has open; absolute. */
  readonly data: string
  /** A host's may listen later. One without a port has no address. */
  readonly server: Server
  readonly prefix: string
  readonly logger: Pick<FastifyBaseLogger, 'warn'>
  /** Is the folder somebody else's by now? */
  isOver(): boolean
}

/** Resolves once it is noted, where the server listens. A collector that can't be found runs all the same. */
export async function noteAddress(note: AddressNote): Promise<void> {
  const { server, logger, isOver } = note
  const write = async (): Promise<void> => {
    if (isOver()) return
    await writeAddress(note).catch((error: unknown) => {
      logger.warn({ error: String(error) }, 'The data folder can not note where its collector is')
    })
  }
  if (server.listening) await write()
  else server.once('listening', () => void write())
}

async function writeAddress({ data, server, prefix }: AddressNote): Promise<void> {
  const url = baseUrlOf(server)
  const files = await openLogFiles(join(data, 'log'))
  const owner = await readOwner(files)
  if (!owner || !url) return
  await files.replaceText(fileName, JSON.stringify({ format: formatVersion, owner: owner.id, url: url + prefix }))
}

/**
 * The collector that has a data folder open, in whichever process of this machine.
 *
 * @param data the folder; absolute, or from the working directory. It need not be there
 * @returns its URL, without a slash at the end; undefined where none runs, or it has no address
 * @example await findCollector('./.downlink') // 'http://127.0.0.1:5173/__downlink'
 */
export async function findCollector(data: string): Promise<string | undefined> {
  const folder = join(resolve(data), 'log')
  if (!existsSync(folder)) return undefined
  const files = await openLogFiles(folder)
  const owner = await readOwner(files)
  const note = parseObject(await files.readText(fileName))
  // A note that a crash has left is of another owner.
  if (!owner?.socket || note?.format !== formatVersion || note.owner !== owner.id) return undefined
  if ((await askOwner(owner.socket, await folderName(folder))) !== 'owner') return undefined
  return typeof note.url === 'string' ? note.url : undefined
}

/** As this machine reaches it. */
function baseUrlOf(server: Server): string | undefined {
  const found = server.address()
  if (found === null || typeof found === 'string') return undefined
  const { address, family, port }: AddressInfo = found
  const host = /^(::|0\.0\.0\.0)$/.test(address) ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `${'setSecureContext' in server ? 'https' : 'http'}://${host}:${port}`
}

/**
 * Serves what a collector of a cluster reads, over the store that all of them share: on a local socket of its own process,
 * as the store process of a collector that stands alone serves it.
 */
import type { FastifyBaseLogger } from 'fastify'
import { createReadServer } from './api/read-server.ts'
import type { DataSource } from './data-source.ts'
import { clearSocket, makeSocketFolder } from './store-process/local-sockets.ts'
import { type AskedProcess, createReadClient, type ReadClient } from './store-process/read-client.ts'

export interface ClusterReads {
  readonly client: ReadClient
  /** Idempotent. */
  close(): Promise<void>
}

export interface ClusterReadsOptions {
  readonly source: DataSource
  readonly logger: FastifyBaseLogger
  /**
   * Waits so long until all is stored. @returns the time up to which all is stored, in ms since 1970; undefined where nothing
   * is missing
   */
  readonly behindSince: (waitMs: number) => Promise<number | undefined>
}

/** It is this one, which is up, and ends with whoever asks. */
const ownProcess: AskedProcess = { whenUp: async () => true, flush: () => 0, wasKilled: async () => false }

/** Sinks write a second at once: whoever does not ask for it need not wait for each read, which says as of when it is. */
const usualWaitMs = 0

/** @throws {CollectorError} `data_unusable` where there is no folder for a local socket */
export async function serveClusterReads({ source, logger, behindSince }: ClusterReadsOptions): Promise<ClusterReads> {
  const sockets = await makeSocketFolder()
  const path = sockets.path('store')
  const server = createReadServer({ ...source, logger, usualWaitMs, behindSince: (_, waitMs) => behindSince(waitMs) })
  await clearSocket(path)
  await server.listen({ path })
  const client = createReadClient(ownProcess, path)
  let closing: Promise<void> | undefined
  return { client, close: () => (closing ??= close()) }

  async function close(): Promise<void> {
    client.close()
    await server.close()
    await sockets.remove()
  }
}

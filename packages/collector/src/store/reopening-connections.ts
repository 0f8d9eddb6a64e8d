/** Keeps the store's connections, and opens its database anew after a fatal error of the engine. */
import { CollectorError } from '../errors.ts'
import { damageOf, failureOf, isFatal } from './failures.ts'
import type { Database } from './open-database.ts'
import { type CheckpointSettings, openConnections, type StoreConnections } from './store-connections.ts'

export interface ReopeningConnections {
  /** False from a failure to the next success. */
  readonly available: boolean
  /** Runs `work` on the connections. After a fatal error every use tries to open the database anew, until it works. */
  use<Result>(work: (connections: StoreConnections) => Promise<Result>): Promise<Result>
  /**
   * Puts a file in the place of the database's. Who wants connections waits until it is open.
   *
   * @throws where that can't be done
   */
  replaceBy(file: string): Promise<void>
  /** Gives none any more. Resolves once they are released. */
  close(): Promise<void>
}

export interface ReopeningOptions {
  readonly database: Database
  readonly checkpoints: CheckpointSettings
  /** The database is about to be opened anew: it may stand elsewhere then, or hold nothing. */
  readonly onReopen: () => void
}

export async function openReopeningConnections({
  database,
  checkpoints,
  onReopen,
}: ReopeningOptions): Promise<ReopeningConnections> {
  let opening: Promise<StoreConnections> | undefined = openConnections(database, checkpoints)
  let available = true
  let closed = false
  /** What the engine said of the file before it was given up. */
  let damage: string | undefined
  await opening

  return {
    get available() {
      return available
    },
    async use(work) {
      if (closed) throw new CollectorError('store_unavailable', 'The store is closed')
      opening ??= reopen()
      const current = opening
      let connections: StoreConnections | undefined
      try {
        connections = await current
        const result = await connections.use(work)
        available = true
        return result
      } catch (error) {
        available = failureOf(error).kind === 'refused'
        if (opening === current && (!connections || isFatal(error))) {
          opening = undefined
          damage = damageOf(error)
          void connections?.close()
        }
        throw error
      }
    },
    async replaceBy(file) {
      const before = opening
      let failure: unknown
      opening = (async () => {
        const connections = await before?.catch(() => undefined)
        await connections?.close()
        onReopen()
        await database.replaceBy(file).catch((error: unknown) => {
          failure = error
        })
        return openConnections(database, checkpoints)
      })()
      await opening
      if (failure !== undefined) throw failure
    },
    async close() {
      closed = true
      const connections = await opening?.catch(() => undefined)
      await connections?.close()
    },
  }

  async function reopen(): Promise<StoreConnections> {
    onReopen()
    await database.reopen(damage)
    return openConnections(database, checkpoints)
  }
}

/**
 * Keeps lines of sessions in IndexedDB: a row a session, and its events as chunks of consecutive sequences. Each call is
 * one transaction, and resolves once that is complete.
 */
import type { SessionMeta, Totals } from '@downlink/protocol'
import type { Drops } from '../drops.ts'

/** What of a session outlives its page. */
export interface SavedSession extends SessionMeta {
  readonly id: string
  readonly proof: string
  /** Where its events go: pages of the same origin may send elsewhere. */
  readonly address: string
  /** The Web Lock that its page holds while it lives. */
  readonly lock: string
  readonly schema: string | undefined
  readonly version: number | undefined
  /** When it was written last, in milliseconds since 1970. */
  readonly writtenAtMs: number
  /** Its page was left, or telemetry stopped: it did not crash. */
  readonly left: boolean
  readonly pushed: number
  readonly acked: number
  /** The collector's counts at `acked`. */
  readonly totals: Totals
  /** What was dropped, as far as its page knew. */
  readonly dropped: Drops
  /** Of its chunks. */
  readonly bytes: number
}

/** Events of a session, above those of the chunk before. */
export interface Chunk {
  readonly session: string
  /** The highest sequence in it. */
  readonly to: number
  /** A JSON list of outbox entries. */
  readonly text: string
}

export interface SpoolStore {
  /** All there are, whatever their address. */
  sessions(): Promise<readonly SavedSession[]>
  /** Of one session, in order. */
  chunks(id: string): Promise<readonly Chunk[]>
  /**
   * Writes a session, with a further chunk of its events, and lets its chunks go that end below `first`. Where sessions of
   * its address take more than `maxBytes`, the oldest give way.
   *
   * @returns how many unacknowledged events gave way
   */
  write(session: SavedSession, first: number, chunk: Chunk | undefined, maxBytes: number): Promise<number>
  remove(id: string): Promise<unknown>
  /** Removes all sessions of an address. */
  purge(address: string): Promise<unknown>
  close(): void
}

const databaseName = 'downlink'
const databaseVersion = 1

/** Once its storage is cleared, or a newer version wants it, each call is rejected. */
export async function openSpoolStore(factory: IDBFactory): Promise<SpoolStore> {
  const database = await openDatabase(factory)
  database.onversionchange = () => database.close()

  /** @param work returns how to read the result, once the transaction is complete */
  const transact = <Result>(
    work: (sessions: IDBObjectStore, chunks: IDBObjectStore) => () => Result,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      // What is relaxed survives the browser, not a loss of power; and it costs a phone no sync a second.
      const transaction = database.transaction(['sessions', 'chunks'], 'readwrite', { durability: 'relaxed' })
      const result = work(transaction.objectStore('sessions'), transaction.objectStore('chunks'))
      transaction.oncomplete = () => resolve(result())
      transaction.onabort = () => reject(transaction.error)
    })

  return {
    sessions: () =>
      transact((sessions) => {
        const all: IDBRequest<SavedSession[]> = sessions.getAll()
        return () => all.result
      }),
    chunks: (id) =>
      transact((_, chunks) => {
        const all: IDBRequest<Chunk[]> = chunks.getAll(below(id))
        return () => all.result
      }),
    write: (session, first, chunk, maxBytes) =>
      transact((sessions, chunks) => {
        let given = 0
        chunks.delete(below(session.id, first))
        if (chunk) chunks.put(chunk)
        sessions.put(session)
        forEachNewest(sessions, session.address, (saved) => {
          maxBytes -= saved.bytes
          if (maxBytes >= 0 || saved.id === session.id) return
          removeSession(sessions, chunks, saved.id)
          given += saved.pushed - saved.acked
        })
        return () => given
      }),
    remove: (id) =>
      transact((sessions, chunks) => {
        removeSession(sessions, chunks, id)
        return () => {}
      }),
    purge: (address) =>
      transact((sessions, chunks) => {
        forEachNewest(sessions, address, ({ id }) => removeSession(sessions, chunks, id))
        return () => {}
      }),
    close: () => database.close(),
  }
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(databaseName, databaseVersion)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('sessions', { keyPath: 'id' })
      request.result.createObjectStore('chunks', { keyPath: ['session', 'to'] })
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** The chunks of a session that end below a sequence. */
const below = (id: string, sequence = Infinity): IDBKeyRange => IDBKeyRange.bound([id], [id, sequence], false, true)

function removeSession(sessions: IDBObjectStore, chunks: IDBObjectStore, id: string): void {
  sessions.delete(id)
  chunks.delete(below(id))
}

/** Visits the sessions of an address, those first that were written last. */
function forEachNewest(sessions: IDBObjectStore, address: string, visit: (session: SavedSession) => void): void {
  const all: IDBRequest<SavedSession[]> = sessions.getAll()
  all.onsuccess = () => {
    const ours = all.result.filter((session) => session.address === address)
    ours.sort((one, other) => other.writtenAtMs - one.writtenAtMs).forEach(visit)
  }
}

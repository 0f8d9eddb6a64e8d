/** Keeps the lines of sessions in IndexedDB: a record a session, and its events in chunks. Each call is one transaction. */
import type { Totals } from '@downlink/protocol'
import type { Drops } from '../drop-policy.ts'
import type { FittingMetadata } from '../metadata.ts'
import type { Environment } from '../ports.ts'
import { sleep } from './sleep.ts'

/** What of a session outlives its page. */
export interface SavedSession {
  readonly id: string
  readonly proof: string
  readonly metadata: FittingMetadata
  /** In milliseconds since 1970. */
  readonly writtenAtMs: number
  /** Its page was left, or telemetry stopped: it did not crash. */
  readonly left: boolean
  readonly line: {
    readonly pushed: number
    readonly acked: number
    /** The collector's counts at `acked`. */
    readonly totals: Totals
    /** What was dropped, as far as its page knew. */
    readonly dropped: Drops
  }
  /** Of its chunks. */
  readonly bytes: number
}

/** A run of a session's sequences. */
export interface Chunk {
  readonly from: number
  readonly to: number
  /** The elements of a batch, as JSON. */
  readonly text: string
}

export interface SpoolStore {
  /** Those of the address, oldest first. */
  sessions(): Promise<SavedSession[]>
  /** Of one session, in order. */
  chunks(id: string): Promise<readonly Chunk[]>
  /** Writes a session and a further chunk of it, and lets those of its chunks go that end below `first`. */
  write(session: SavedSession, first: number, chunk: Chunk | false): Promise<unknown>
  remove(id: string): Promise<unknown>
  close(): void
}

/** For the storage to answer. */
const answerTimeoutMs = 5000

/**
 * Once its storage is cleared, or a newer version wants it, each call is rejected; and so is one that is not answered in
 * time.
 *
 * @param address where the events of its sessions go: pages of the same origin may send elsewhere
 */
export async function openSpoolStore(
  factory: IDBFactory,
  address: string,
  environment: Environment,
): Promise<SpoolStore> {
  const inTime = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
    Promise.race([answer, sleep(environment, answerTimeoutMs).then(() => Promise.reject('No answer'))])
  const database = await inTime(openDatabase(factory))

  /** @returns what the last request of the transaction has come to, once all of it is complete */
  const transact = <Result>(work: (records: IDBObjectStore) => IDBRequest<Result>): Promise<Result> =>
    inTime(
      new Promise((resolve, reject) => {
        // Without a durability it is relaxed: it survives the browser, not a loss of power, and costs no sync a second.
        const transaction = database.transaction(storeName, 'readwrite')
        const request = work(transaction.objectStore(storeName))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
        // By itself it waits for the page, which may be on its way to the back-forward cache, and holds up all others.
        transaction.commit()
      }),
    )

  const readAll = <Item>(first: string): Promise<Item[]> => transact((records) => records.getAll(keysOf(first)))

  return {
    // In the order of their keys: an id begins with the time of its making.
    sessions: () => readAll(address),
    chunks: readAll,
    write: (session, first, chunk) =>
      transact((records) => {
        records.delete(keysOf(session.id, first))
        if (chunk) records.put(chunk, [session.id, chunk.to])
        return records.put(session, [address, session.id])
      }),
    remove: (id) =>
      transact((records) => {
        records.delete(keysOf(id))
        return records.delete([address, id])
      }),
    close: () => database.close(),
  }
}

/** Of all records: a session is under its address and its id, a chunk under the session's id and where it ends. */
const storeName = 'spool'

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open('downlink', 1)
    request.onupgradeneeded = () => request.result.createObjectStore(storeName)
    request.onsuccess = () => {
      const database = request.result
      // Also where nobody waits for it any more: a newer version must not.
      database.onversionchange = () => database.close()
      resolve(database)
    }
    request.onerror = () => reject(request.error)
  })
}

/** The keys that begin with `first`; those alone that go on with less than `end`. A list is more than any text or number. */
const keysOf = (first: string, end: IDBValidKey = []): IDBKeyRange =>
  IDBKeyRange.bound([first], [first, end], false, true)

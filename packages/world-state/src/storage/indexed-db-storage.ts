/** Keeps saves in the page's IndexedDB: as large as the origin's quota, and written off the frame path. */

import { pageDatabases } from '../environment.ts'
import { optionsIn, WorldStateError } from '../errors.ts'
import { type DeadlineOptions, deadlineOf, withDeadline } from './deadline.ts'
import { requireReplaceable, type StoragePort, withStorage } from './storage-port.ts'

export interface IndexedDbStorageOptions extends DeadlineOptions {
  /** The database's name. @default 'downlink-saves' */
  readonly database?: string
  /** @default the page's */
  readonly databases?: () => IDBFactory | undefined
}

export const indexedDbStorageDefaults = { database: 'downlink-saves', timeoutMs: 10_000 }

const storeName = 'saves'

type Ask<Result> = (store: IDBObjectStore, fail: (cause: unknown) => void) => IDBRequest<Result>

/**
 * Opens the database at each use, and closes it again: nothing stays open that a page would have to close, or that
 * would keep another tab from upgrading or deleting it.
 *
 * @throws {WorldStateError} `bad_option`
 */
export function createIndexedDbStorage(given: IndexedDbStorageOptions = {}): StoragePort {
  const options = optionsIn(given)
  const { database = indexedDbStorageDefaults.database, databases = pageDatabases } = options
  const deadline = deadlineOf(options, indexedDbStorageDefaults.timeoutMs)

  const use = <Result>(mode: IDBTransactionMode, ask: Ask<Result>): Promise<Result> =>
    withStorage(() =>
      withDeadline(async (signal) => {
        const factory = databases()
        if (!factory) throw new WorldStateError('storage_unavailable', 'There is no IndexedDB here')
        const opened = await open(factory, database, signal)
        try {
          return await transact(opened, mode, ask, signal)
        } finally {
          opened.close()
        }
      }, deadline),
    )

  return {
    read: (slot) => use<string | undefined>('readonly', (store) => store.get(slot)),
    write: async (slot, text, mayReplace) => {
      await use<string | undefined>('readwrite', (store, fail) => {
        const held = store.get(slot)
        held.onsuccess = () => {
          try {
            requireReplaceable(held.result, mayReplace)
            store.put(text, slot)
          } catch (cause) {
            fail(cause)
          }
        }
        return held
      })
    },
    remove: async (slot) => {
      await use('readwrite', (store) => store.delete(slot))
    },
  }
}

/** Never answers while another tab deletes the database and a third one holds it open: hence the signal. */
function open(factory: IDBFactory, name: string, signal: AbortSignal): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(storeName)
    request.onblocked = () =>
      reject(new WorldStateError('storage_blocked', 'Another tab holds an older version of the saves open'))
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const database = request.result
      // Whoever wants to upgrade or delete it waits for us otherwise; a transaction under way is finished first.
      database.onversionchange = () => database.close()
      if (signal.aborted) database.close()
      else resolve(database)
    }
  })
}

/** Resolves once the transaction is durable: a request that succeeded may still be rolled back with it. */
function transact<Result>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  ask: Ask<Result>,
  signal: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode, { durability: 'strict' })
    // Only while it is under way: to abort what is over throws.
    const stopListening = (): void => signal.removeEventListener('abort', giveUp)
    const fail = (cause: unknown): void => {
      stopListening()
      reject(cause)
      try {
        transaction.abort()
      } catch {
        // It is committing: what was asked may still come to be.
      }
    }
    const giveUp = (): void => fail(signal.reason)
    signal.addEventListener('abort', giveUp)
    const request = ask(transaction.objectStore(storeName), fail)
    transaction.oncomplete = () => {
      stopListening()
      resolve(request.result)
    }
    transaction.onabort = () => {
      stopListening()
      reject(transaction.error ?? request.error ?? new Error('the transaction was aborted'))
    }
  })
}

/** Saves in the page's IndexedDB: as large as the origin's quota, and written off the frame path. */
import { pageDatabases } from '../environment.ts'
import { WorldStateError } from '../errors.ts'
import { withStorage } from './storage-fault.ts'
import type { StoragePort } from './storage-port.ts'

export interface IndexedDbStorageOptions {
  /** The database's name. @default 'downlink-saves' */
  readonly database?: string
  /** @default the page's */
  readonly databases?: () => IDBFactory | undefined
}

export const indexedDbStorageDefaults = { database: 'downlink-saves' as string }

const storeName = 'saves'

/** Opens the database at each use, and closes it again: nothing stays open that a page would have to close. */
export function createIndexedDbStorage({
  database = indexedDbStorageDefaults.database,
  databases = pageDatabases,
}: IndexedDbStorageOptions = {}): StoragePort {
  const use = <Result>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> =>
    withStorage(async () => {
      const factory = databases()
      if (!factory) throw new WorldStateError('storage_unavailable', 'There is no IndexedDB here')
      const opened = await open(factory, database)
      try {
        return await transact(opened, mode, ask)
      } finally {
        opened.close()
      }
    })

  return {
    read: (slot) => use<string | undefined>('readonly', (store) => store.get(slot)),
    write: async (slot, text) => {
      await use('readwrite', (store) => store.put(text, slot))
    },
    remove: async (slot) => {
      await use('readwrite', (store) => store.delete(slot))
    },
  }
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(storeName)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Resolves once the transaction is durable: a request that succeeded may still be rolled back with it. */
function transact<Result>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode, { durability: 'strict' })
    const request = ask(transaction.objectStore(storeName))
    transaction.oncomplete = () => resolve(request.result)
    transaction.onabort = () => reject(transaction.error ?? request.error)
  })
}

import { describe, expect, it } from 'vitest'
import { WorldStateError } from '../errors.ts'
import { createIndexedDbStorage } from './indexed-db-storage.ts'
import { createLocalStorage } from './local-storage.ts'
import { createMemoryStorage } from './memory-storage.ts'
import { storageFault } from './storage-port.ts'

/** A page's `localStorage`, as far as it is used. */
function aPageStorage(maxLength = 100) {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, value: string) {
      if (value.length > maxLength) throw new DOMException('no room', 'QuotaExceededError')
      items.set(key, value)
    },
    removeItem: (key: string) => void items.delete(key),
  }
}

/** A page's IndexedDB, as far as it is used: one database, one store; `refuse` aborts the next transaction. */
function aPageDatabase() {
  const kept = new Map<string, string>()
  const page = { refuse: undefined as Error | undefined, opened: 0, closed: 0, databases: () => factory }
  const transaction = () => {
    const asked = (result: unknown) => {
      const request = { result, error: page.refuse ?? null, onsuccess: () => {} }
      queueMicrotask(() => page.refuse || request.onsuccess())
      return request
    }
    const self = {
      error: page.refuse ?? null,
      oncomplete: () => {},
      onabort: () => {},
      objectStore: () => ({
        get: (slot: string) => asked(kept.get(slot)),
        put: (text: string, slot: string) => asked(page.refuse || kept.set(slot, text)),
        delete: (slot: string) => asked(kept.delete(slot)),
      }),
    }
    setImmediate(() => (page.refuse ? self.onabort() : self.oncomplete()))
    return self
  }
  const database = { transaction, close: () => page.closed++, createObjectStore: () => {} }
  const factory = {
    open() {
      const request = { result: database, onupgradeneeded: () => {}, onsuccess: () => {} }
      page.opened++
      queueMicrotask(() => {
        if (page.opened === 1) request.onupgradeneeded()
        request.onsuccess()
      })
      return request
    },
  } as unknown as IDBFactory
  return page
}

describe.each([
  ['memory', () => createMemoryStorage()],
  [
    'localStorage',
    () => {
      const page = aPageStorage()
      return createLocalStorage({ storage: () => page })
    },
  ],
  ['IndexedDB', () => createIndexedDbStorage(aPageDatabase())],
])('%s', (_name, create) => {
  it('keeps text by slot, whatever the slot is called', async () => {
    const storage = create()
    for (const slot of ['default', '__proto__', 'constructor', '']) {
      expect(await storage.read(slot)).toBeUndefined()
      await storage.write(slot, `text of ${slot}`)
      await storage.write(slot, `new text of ${slot}`)
      expect(await storage.read(slot)).toBe(`new text of ${slot}`)
      await storage.remove(slot)
      await storage.remove(slot)
      expect(await storage.read(slot)).toBeUndefined()
    }
  })
})

describe('localStorage', () => {
  it('says that it is full, and keeps what it had', async () => {
    const page = aPageStorage(5)
    const storage = createLocalStorage({ storage: () => page, prefix: 'p:' })
    await storage.write('a', 'short')
    await expect(storage.write('a', 'too long')).rejects.toMatchObject({
      code: 'quota_exceeded',
      cause: { name: 'QuotaExceededError' },
    })
    expect([...page.items]).toEqual([['p:a', 'short']])
  })

  it('says that there is none: forbidden, or not in a page', async () => {
    const forbidden = createLocalStorage({
      storage: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    await expect(forbidden.read('a')).rejects.toMatchObject({ code: 'storage_unavailable' })
    await expect(createLocalStorage({ storage: () => null as never }).read('a')).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })
})

describe('IndexedDB', () => {
  it('says that there is none in Node', async () => {
    await expect(createIndexedDbStorage().read('a')).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: 'There is no IndexedDB here',
    })
  })

  it('says that it is full, and leaves no database open', async () => {
    const page = aPageDatabase()
    const storage = createIndexedDbStorage(page)
    await storage.write('a', 'old')
    page.refuse = new DOMException('no room', 'QuotaExceededError')
    await expect(storage.write('a', 'new')).rejects.toMatchObject({ code: 'quota_exceeded' })
    page.refuse = undefined
    expect(await storage.read('a')).toBe('old')
    expect(page).toMatchObject({ opened: 3, closed: 3 })
  })

  it('says that it can not be opened', async () => {
    const request = { error: new DOMException('private mode', 'InvalidStateError'), onerror: () => {} }
    const factory = {
      open() {
        queueMicrotask(() => request.onerror())
        return request
      },
    }
    const storage = createIndexedDbStorage({ databases: () => factory as unknown as IDBFactory })
    await expect(storage.write('a', 'text')).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: "The storage can't be used: private mode",
    })
  })
})

it('keeps the error of a storage that throws nothing at all', () => {
  expect(storageFault(undefined)).toMatchObject({ code: 'storage_unavailable', cause: undefined })
  const known = new WorldStateError('quota_exceeded', 'full')
  expect(storageFault(known)).toBe(known)
})

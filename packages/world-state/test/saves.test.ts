/** Saves where several write, and where a storage hangs or lies: each of them is told, and nothing waits for ever. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IDBFactory as FakeDatabases } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createIndexedDbStorage,
  createLocalStorage,
  createMemoryStorage,
  defineSlice,
  SaveManager,
  type SaveManagerOptions,
  type StoragePort,
  WorldStateStore,
} from '../src/index.ts'
import { createFileStorage } from '../src/node.ts'

const game = { name: 'A game', version: '1', seed: null, missionId: null }

const score = defineSlice({
  name: 'score',
  version: 1,
  initial: { points: 0 as number | string },
  on: {
    'score:set': (state, { points }: { points: number | string }) => (points === state.points ? state : { points }),
  },
  select: { points: ({ points }) => points },
})

/** What one tab, or one process, has. */
function aTab(storage: StoragePort, options: Partial<SaveManagerOptions> = {}) {
  const store = new WorldStateStore({ slices: [score], onError: () => {} })
  const saves = new SaveManager({ store, storage, game, clock: () => 7, ...options })
  return {
    saves,
    store,
    save(points: number | string, overwrite = false) {
      store.dispatch('score:set', { points })
      return saves.save('slot', { overwrite })
    },
    load: () => saves.load('slot'),
    points: () => store.select('score', 'points'),
  }
}

function aPageStorage() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

/** Timers that fire when they are told to. */
function aClock() {
  const timers = new Set<() => void>()
  return {
    timers,
    setTimer: (run: () => void) => {
      timers.add(run)
      return () => timers.delete(run)
    },
    fire() {
      for (const run of timers) run()
    },
  }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-saves-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** Each makes what a new tab, or process, makes of the same place. */
const places: [name: string, open: () => () => StoragePort][] = [
  [
    'memory',
    () => {
      const storage = createMemoryStorage()
      return () => storage
    },
  ],
  [
    'localStorage',
    () => {
      const page = aPageStorage()
      return () => createLocalStorage({ storage: () => page })
    },
  ],
  [
    'IndexedDB',
    () => {
      const databases = new FakeDatabases()
      return () => createIndexedDbStorage({ databases: () => databases })
    },
  ],
  ['files', () => () => createFileStorage({ folder })],
  [
    'a storage of somebody else’s',
    () => {
      const kept = new Map<string, string>()
      return () => ({
        read: async (slot) => kept.get(slot),
        write: async (slot, text) => void kept.set(slot, text),
        remove: async (slot) => void kept.delete(slot),
      })
    },
  ],
]

describe.each(places)('two that save to one slot: %s', (_name, open) => {
  it('the second is told of a conflict, with what the slot holds, and may overwrite it', async () => {
    const create = open()
    const [one, two] = [aTab(create()), aTab(create())]
    expect(await one.save(1)).toEqual({ ok: true, savedAt: 7 })
    expect(await two.save(2)).toMatchObject({ ok: false, reason: 'conflict', held: { savedAt: 7, game } })
    expect(await two.load()).toMatchObject({ ok: true })
    expect(two.points()).toBe(1)
    expect(await two.save(2)).toMatchObject({ ok: true })
    expect(await two.save(3)).toMatchObject({ ok: true })
    expect(await one.save(4)).toMatchObject({ reason: 'conflict' })
    expect(await one.save(4, true)).toMatchObject({ ok: true })
    expect(await two.save(5)).toMatchObject({ reason: 'conflict' })
    expect(await aTab(create()).load()).toMatchObject({ ok: true })
    expect(await two.load()).toMatchObject({ ok: true })
    expect(two.points()).toBe(4)
  })

  it('an emptied slot is free again', async () => {
    const create = open()
    const [one, two] = [aTab(create()), aTab(create())]
    await one.save(1)
    await create().remove('slot')
    expect(await two.save(2)).toMatchObject({ ok: true })
  })

  it('two saves at once of one tab are no conflict, nor is a load between them', async () => {
    const tab = aTab(open()())
    const results = await Promise.all([tab.save(1), tab.load(), tab.save(2), tab.load(), tab.save(3)])
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true])
  })

  it('what is in the slot and can not be loaded is not overwritten unasked', async () => {
    const create = open()
    for (const text of [
      '',
      '{"formatVersion":1,"sav',
      'null',
      '{"formatVersion":1,"savedAt":1,"game":{},"snapshot":{}}',
    ]) {
      await create().write('slot', text)
      const tab = aTab(create())
      expect(await tab.load()).toMatchObject({ ok: false, reason: 'corrupt' })
      if (text !== '') expect(await tab.save(1)).toMatchObject({ reason: 'conflict', held: null })
      expect(await tab.save(1, true)).toMatchObject({ ok: true })
    }
  })
})

/** All but the last ask before they write. */
it.each(places.slice(0, -1))('of three that save in the same instant, two are told: %s', async (_name, open) => {
  const create = open()
  const tabs = [aTab(create()), aTab(create()), aTab(create())]
  const results = await Promise.all(tabs.map((tab, at) => tab.save(at)))
  expect(results.map(({ ok }) => ok).sort()).toEqual([false, false, true])
  const winner = results.findIndex(({ ok }) => ok)
  const later = aTab(create())
  await later.load()
  expect(later.points()).toBe(winner)
})

it('a save of the first release is known again, and replaced', async () => {
  const storage = createMemoryStorage()
  const tab = aTab(storage)
  const snapshot = { formatVersion: 1, slices: { score: { version: 1, state: { points: 5 } } } }
  await storage.write('slot', `${JSON.stringify({ formatVersion: 1, savedAt: 1, game, snapshot })}\n`)
  expect(await tab.save(1)).toMatchObject({ reason: 'conflict', held: { savedAt: 1 } })
  expect(await tab.load()).toMatchObject({ ok: true })
  expect(tab.points()).toBe(5)
  expect(await tab.save(6)).toMatchObject({ ok: true })
})

describe('a storage that never answers', () => {
  const hung = () => new Promise<never>(() => {})

  it.each(['read', 'write'] as const)('in %s: it is given up, and what follows goes on', async (method) => {
    const { fire, timers, setTimer } = aClock()
    const inner = createMemoryStorage()
    let isHung = true
    const storage = { ...inner, [method]: (...args: [string, string]) => (isHung ? hung() : inner[method](...args)) }
    const tab = aTab(storage, { setTimer })
    const results = [tab.save(1), tab.save(2), ...(method === 'read' ? [tab.load()] : [])]
    const other = tab.saves.save('other slot')
    for (let at = 0; at < 5; at++) {
      await soon()
      fire()
    }
    for (const result of await Promise.all([...results, other])) {
      expect(result).toMatchObject({
        ok: false,
        reason: 'storage_timeout',
        message: expect.stringContaining('15000 ms'),
      })
    }
    isHung = false
    expect(await tab.save(3)).toMatchObject({ ok: true })
    expect(await tab.load()).toMatchObject({ ok: true })
    expect(timers.size).toBe(0)
  })

  it('answers at last: what was given up is neither written nor loaded any more', async () => {
    const { fire, setTimer } = aClock()
    const inner = createMemoryStorage()
    const answers: (() => void)[] = []
    const read = (slot: string) =>
      new Promise<string | undefined>((resolve) => answers.push(() => inner.read(slot).then(resolve)))
    const tab = aTab({ ...inner, read }, { setTimer })
    const saving = tab.save(1)
    await soon()
    fire()
    expect(await saving).toMatchObject({ reason: 'storage_timeout' })
    answers[0]?.()
    await soon()
    expect(await inner.read('slot')).toBeUndefined()
    await aTab(inner).save(9)
    const loading = tab.load()
    await soon()
    fire()
    expect(await loading).toMatchObject({ reason: 'storage_timeout' })
    answers[1]?.()
    await soon()
    expect(tab.points()).toBe(1)
  })

  it('wrote all the same: that save is known for one’s own', async () => {
    const { fire, setTimer } = aClock()
    const inner = createMemoryStorage()
    const storage: { -readonly [Method in keyof StoragePort]: StoragePort[Method] } = {
      ...inner,
      write: (slot, text) => inner.write(slot, text).then(hung),
    }
    const tab = aTab(storage, { setTimer })
    const saving = tab.save(1)
    await soon()
    fire()
    expect(await saving).toMatchObject({ reason: 'storage_timeout' })
    storage.write = inner.write
    expect(await tab.save(2)).toMatchObject({ ok: true })
  })
})

describe('IndexedDB', () => {
  it('that another tab keeps from opening is given up, and works again when the tab lets go', async () => {
    const { fire, timers, setTimer } = aClock()
    const databases = new FakeDatabases()
    const tab = aTab(createIndexedDbStorage({ databases: () => databases, setTimer }), { setTimer: () => () => {} })
    await tab.save(1)
    // Another tab that heeds nothing, and a third one that deletes: whoever opens now waits for both.
    const held = await new Promise<IDBDatabase>((resolve) => {
      const request = databases.open('downlink-saves', 1)
      request.onsuccess = () => resolve(request.result)
    })
    databases.deleteDatabase('downlink-saves')
    await soon()
    const blocked = [tab.save(2), tab.load()]
    for (let at = 0; at < 4; at++) {
      await soon()
      fire()
    }
    for (const result of await Promise.all(blocked)) expect(result).toMatchObject({ reason: 'storage_timeout' })
    held.close()
    await soon()
    expect(await tab.save(3)).toMatchObject({ ok: true })
    expect(await tab.load()).toMatchObject({ ok: true })
    expect(tab.points()).toBe(3)
    expect(timers.size).toBe(0)
    // Nothing of the attempts that were given up holds the database open.
    await new Promise((resolve) => {
      databases.deleteDatabase('downlink-saves').onsuccess = resolve
    })
    expect(await tab.load()).toMatchObject({ reason: 'missing' })
    expect(await tab.save(4)).toMatchObject({ ok: true })
  })

  it('that is already committing is given up all the same', async () => {
    const { fire, setTimer } = aClock()
    const store = { get: () => ({}), put: () => ({}) }
    const transaction = () => ({
      objectStore: () => store,
      abort() {
        throw new DOMException('The transaction is committing', 'InvalidStateError')
      },
    })
    const request = { result: { transaction, close: () => {} }, onsuccess: () => {} }
    const open = () => {
      queueMicrotask(() => request.onsuccess())
      return request
    }
    const databases = () => ({ open }) as unknown as IDBFactory
    const tab = aTab(createIndexedDbStorage({ databases, setTimer }), { setTimer: () => () => {} })
    const loading = tab.load()
    await soon()
    fire()
    expect(await loading).toMatchObject({ reason: 'storage_timeout' })
    // An error that nobody catches would fail the run.
    await soon()
  })

  it.each([
    ['never completes a transaction', 'storage_timeout'],
    ['blocks', 'storage_blocked'],
    ['aborts without a reason', 'storage_failed'],
    ['throws when it is asked', 'storage_failed'],
    ['is of a later version', 'storage_failed'],
  ])('that %s says %s', async (how, reason) => {
    const { fire, setTimer } = aClock()
    const real = new FakeDatabases()
    let aborted = 0
    const open = (name: string) => {
      if (how === 'throws when it is asked') throw new DOMException('private mode', 'SecurityError')
      if (how === 'is of a later version') return real.open(name, 1)
      const transaction = () => {
        const self = {
          error: null,
          onabort: () => {},
          oncomplete: () => {},
          abort: () => aborted++,
          objectStore: () => store,
        }
        if (how === 'aborts without a reason') queueMicrotask(() => self.onabort())
        return self
      }
      const store = { get: () => ({ error: null }), put: () => ({}) }
      const request = { result: { transaction, close: () => {} }, onsuccess: () => {}, onblocked: () => {} }
      queueMicrotask(() => (how === 'blocks' ? request.onblocked() : request.onsuccess()))
      return request
    }
    if (how === 'is of a later version') {
      await new Promise<void>((resolve) => {
        const request = real.open('downlink-saves', 2)
        request.onsuccess = () => resolve(request.result.close())
      })
    }
    const databases = { open } as unknown as IDBFactory
    const tab = aTab(createIndexedDbStorage({ databases: () => databases, setTimer }), { setTimer: () => () => {} })
    for (const asking of [tab.load(), tab.save(1)]) {
      for (let at = 0; at < 3; at++) await soon()
      if (reason === 'storage_timeout') fire()
      for (let at = 0; at < 3; at++) await soon()
      if (reason === 'storage_timeout') fire()
      expect(await asking).toMatchObject({ ok: false, reason, message: expect.any(String) })
    }
    expect(aborted > 0).toBe(reason === 'storage_timeout')
  })
})

describe('files', () => {
  it('are written where the file system has no sync, and not where a sync fails', async () => {
    const { open, rename, readFile, mkdir } = await import('node:fs/promises')
    const refusing = (code: string) =>
      createFileStorage({
        folder,
        fileSystem: {
          mkdir,
          readFile,
          rename,
          rm,
          open: async (path, flags) => {
            const file = await open(path, flags)
            const sync = () => Promise.reject(Object.assign(new Error(code), { code }))
            return { sync, close: () => file.close(), writeFile: (text) => file.writeFile(text) }
          },
        },
      })
    expect(await aTab(refusing('ENOTSUP')).save(1)).toMatchObject({ ok: true })
    expect(await aTab(refusing('EIO')).save(2, true)).toMatchObject({ reason: 'storage_failed' })
    const tab = aTab(createFileStorage({ folder }))
    await tab.load()
    expect(tab.points()).toBe(1)
  })
})

describe('a save', () => {
  it.each<[string, Partial<SaveManagerOptions>]>([
    ['a clock that gives no time', { clock: () => Number.NaN }],
    ['a clock that throws', { clock: () => { throw new Error('no') } }], // biome-ignore format: one line
    ['a game that throws', { game: () => { throw new Error('no') } }], // biome-ignore format: one line
    ['a game that is none', { game: undefined as never }],
    ['a game without a name', { game: { version: '1' } as never }],
  ])('is refused for %s, and not written', async (_name, options) => {
    const storage = createMemoryStorage()
    const tab = aTab(storage, options)
    expect(await tab.save(1)).toMatchObject({ ok: false, reason: 'bad_option', message: expect.any(String) })
    expect(await storage.read('slot')).toBeUndefined()
  })

  it('may have a game with a bigint for a seed', async () => {
    const tab = aTab(createMemoryStorage(), { game: { ...game, seed: 5n as never } })
    expect(await tab.save(1)).toMatchObject({ ok: true })
    expect(await tab.load()).toMatchObject({ ok: true, game: { seed: '5' } })
  })

  it('is refused where the store would not take it back, and the slot keeps what it had', async () => {
    const storage = createMemoryStorage()
    const tab = aTab(storage)
    await tab.save(1)
    expect(await tab.save('many')).toMatchObject({
      ok: false,
      reason: 'refused',
      message: expect.stringContaining('Expected `state.points` to be number, got string'),
      refusal: { reason: 'bad_shape', slice: 'score' },
    })
    expect(await tab.load()).toMatchObject({ ok: true })
    expect(tab.points()).toBe(1)
  })

  it('of another game is not taken, of this one under a former name it is', async () => {
    const storage = createMemoryStorage()
    await aTab(storage, { game: { ...game, name: 'Old name' } }).save(1)
    expect(await aTab(storage).load()).toMatchObject({
      reason: 'other_game',
      message: "Expected a save of 'A game', got one of 'Old name'",
    })
    const renamed = aTab(storage, { formerNames: ['Old name'] })
    expect(await renamed.load()).toMatchObject({ ok: true })
    expect(await renamed.save(2)).toMatchObject({ ok: true })
  })

  it('goes on past a storage that throws at once, or answers null', async () => {
    const boom = (): never => {
      throw new Error('at once')
    }
    const broken = aTab({ read: boom, write: boom, remove: boom })
    expect(await broken.save(1)).toMatchObject({ reason: 'storage_failed', message: 'at once' })
    expect(await broken.load()).toMatchObject({ reason: 'storage_failed', message: 'at once' })
    const nothing = aTab({ ...createMemoryStorage(), read: async () => null as never })
    expect(await nothing.load()).toMatchObject({ reason: 'missing' })
    expect(await nothing.save(1)).toMatchObject({ ok: true })
  })

  it('has a deadline that a timer can keep', () => {
    for (const timeoutMs of [0, -1, 1.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY]) {
      const refusal = expect.objectContaining({ code: 'bad_option' })
      expect(() => new SaveManager({ game, storage: createMemoryStorage(), storageTimeoutMs: timeoutMs })).toThrow(
        refusal,
      )
      expect(() => createIndexedDbStorage({ timeoutMs })).toThrow(refusal)
      expect(() => createFileStorage({ folder, timeoutMs })).toThrow(refusal)
    }
  })
})

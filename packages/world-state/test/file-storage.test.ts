import { mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileStorage, type FileSystem } from '../src/node/file-storage.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-saves-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const systemError = (code: string): Error => Object.assign(new Error(code), { code })

/** Node's file system, but for what is given. */
const fileSystem = (over: Partial<FileSystem>): FileSystem => ({
  mkdir: async () => undefined,
  readFile,
  open,
  rename,
  rm,
  ...over,
})

describe('saves as files', () => {
  it('makes the folder, keeps text by slot, and empties it', async () => {
    const storage = createFileStorage({ folder: join(folder, 'deep', 'saves') })
    expect(await storage.read('Slot/1')).toBeUndefined()
    await storage.write('Slot/1', 'first')
    await storage.write('Slot/1', 'ä second')
    expect(await storage.read('Slot/1')).toBe('ä second')
    expect(await readdir(join(folder, 'deep', 'saves'))).toEqual(['save-_53_lot_2f_1.json'])
    await storage.remove('Slot/1')
    await storage.remove('Slot/1')
    expect(await storage.read('Slot/1')).toBeUndefined()
  })

  it.each([
    ['ENOSPC', 'quota_exceeded'],
    ['EDQUOT', 'quota_exceeded'],
    ['EIO', 'storage_unavailable'],
  ])('keeps the old save whole, and nothing beside it, where writing fails with %s', async (code, expected) => {
    await createFileStorage({ folder }).write('a', 'old')
    const failing = fileSystem({
      async open(path, flags) {
        const file = await open(path, flags)
        return {
          async writeFile(text) {
            await file.writeFile(text.slice(0, 2))
            throw systemError(code)
          },
          sync: () => file.sync(),
          close: () => file.close(),
        }
      },
    })
    const storage = createFileStorage({ folder, fileSystem: failing })
    await expect(storage.write('a', 'new')).rejects.toMatchObject({ code: expected, cause: { code } })
    expect(await readdir(folder)).toEqual(['save-a.json'])
    expect(await storage.read('a')).toBe('old')
  })

  it('tries again where somebody looks at the file, and gives up in the end', async () => {
    let refusals = 2
    let renames = 0
    const busy = fileSystem({
      async rename(from, to) {
        renames++
        if (refusals-- > 0) throw systemError('EPERM')
        await rename(from, to)
      },
    })
    await createFileStorage({ folder, fileSystem: busy }).write('a', 'text')
    expect(await createFileStorage({ folder }).read('a')).toBe('text')
    refusals = Number.POSITIVE_INFINITY
    renames = 0
    await expect(createFileStorage({ folder, fileSystem: busy }).write('a', 'new')).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
    expect(renames).toBe(9)
    expect(await readdir(folder)).toEqual(['save-a.json'])
  })

  it.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EACCES', 'ENOTTY', 'UNKNOWN'])(
    'saves where a file system refuses to sync with %s',
    async (code) => {
      const refusing = fileSystem({
        async open(path, flags) {
          const file = await open(path, flags)
          return {
            writeFile: (text) => file.writeFile(text),
            sync: () => Promise.reject(systemError(code)),
            close: () => file.close(),
          }
        },
      })
      await createFileStorage({ folder, fileSystem: refusing }).write('a', 'text')
      expect(await createFileStorage({ folder }).read('a')).toBe('text')
    },
  )

  it.each([10_000, 1000])('takes over from a process that died holding a slot, within %d ms', async (timeoutMs) => {
    await writeFile(join(folder, 'save-a.json.lock'), '')
    /** Time that passes only while the storage pauses. */
    let nowMs = 0
    const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>()
    const pass = (): void => {
      for (const timer of [...timers].filter(({ dueMs }) => dueMs <= nowMs)) if (timers.delete(timer)) timer.run()
    }
    const setTimer = (run: () => void, delayMs: number) => {
      const timer = { dueMs: nowMs + delayMs, run }
      timers.add(timer)
      if (delayMs < 100) {
        setImmediate(() => {
          nowMs = timer.dueMs
          pass()
        })
      }
      return () => timers.delete(timer)
    }
    await createFileStorage({ folder, timeoutMs, setTimer }).write('a', 'text')
    expect(await readdir(folder)).toEqual(['save-a.json'])
    expect(nowMs).toBeLessThan(timeoutMs)
  })

  it('says that what is there can not be read or written', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const storage = createFileStorage({ folder: file })
    await expect(storage.write('a', 'text')).rejects.toMatchObject({ code: 'storage_unavailable' })
    const unreadable = createFileStorage({
      folder,
      fileSystem: fileSystem({ readFile: () => Promise.reject(systemError('EIO')) }),
    })
    await expect(unreadable.read('a')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('never shows half a save to who reads while others write', async () => {
    const storage = createFileStorage({ folder })
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000))
    await storage.write('a', texts[0] ?? '')
    const writing = Promise.all(texts.map((text) => storage.write('a', text)))
    for (let reads = 0; reads < 20; reads++) expect(texts).toContain(await storage.read('a'))
    await writing
    expect(await readdir(folder)).toEqual(['save-a.json'])
  })
})

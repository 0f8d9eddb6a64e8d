import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type TextFileSystem, writeAtomically } from './atomic-file.ts'

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-text-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Every sync of this process comes to this, until the test has ended. */
async function failSync(folder: string, code: string): Promise<void> {
  const handle = await open(join(folder, 'any'), 'w')
  const spy = vi.spyOn(Object.getPrototypeOf(handle), 'sync')
  spy.mockRejectedValue(Object.assign(new Error(`${code}: as it would be elsewhere`), { code }))
  onTestFinished(() => spy.mockRestore())
  await handle.close()
  await rm(join(folder, 'any'))
}

it('makes the folder, and takes the place of an earlier file', async () => {
  const path = join(await aFolder(), 'deep/er/summary.json')
  await writeAtomically(path, 'one')
  await writeAtomically(path, 'two')
  expect(await readFile(path, 'utf8')).toBe('two')
})

it('follows no link that somebody has put where its draft goes', async () => {
  const folder = await aFolder()
  await writeFile(join(folder, 'victim'), 'precious')
  const guessed: TextFileSystem = {
    mkdir,
    rename,
    rm,
    async open(path, flags) {
      await symlink(join(folder, 'victim'), path)
      return open(path, flags)
    },
  }
  await expect(writeAtomically(join(folder, 'a'), 'text', { fileSystem: guessed })).rejects.toThrow('EEXIST')
  expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('precious')
})

it('is synced before it has its name', async () => {
  const folder = await aFolder()
  const steps: string[] = []
  const fileSystem: TextFileSystem = {
    mkdir,
    rm,
    async rename(from, to) {
      steps.push('rename')
      await rename(from, to)
    },
    async open(path, flags) {
      const file = await open(path, flags)
      return {
        writeFile: (text, encoding) => file.writeFile(text, encoding),
        async sync() {
          steps.push('sync')
          await file.sync()
        },
        close: () => file.close(),
      }
    },
  }
  await writeAtomically(join(folder, 'a'), 'text', { fileSystem })
  expect(steps).toEqual(['sync', 'rename'])
})

it.each(['EINVAL', 'ENOTSUP', 'EPERM'])('writes where the file system refuses to sync (%s)', async (code) => {
  const folder = await aFolder()
  await failSync(folder, code)
  await writeAtomically(join(folder, 'a'), 'text')
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe('text')
})

it('leaves nothing where the disk is full, or a folder has the name', async () => {
  const folder = await aFolder()
  await mkdir(join(folder, 'taken'))
  await expect(writeAtomically(join(folder, 'taken'), 'text')).rejects.toThrow(/EISDIR|EPERM|EEXIST|ENOTEMPTY/)
  await failSync(folder, 'ENOSPC')
  await expect(writeAtomically(join(folder, 'a'), 'text')).rejects.toThrow('ENOSPC')
  expect(await readdir(folder)).toEqual(['taken'])
})

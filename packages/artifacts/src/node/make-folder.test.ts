import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeFolder } from './make-folder.ts'

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-folder-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

it('makes what is missing on the way, also where others make the same, and is content with what is there', async () => {
  const folder = join(await aFolder(), 'a', 'b', 'c')
  await Promise.all([makeFolder(folder), makeFolder(folder), makeFolder(join(folder, 'd'))])
  await makeFolder(folder)
  expect((await stat(join(folder, 'd'))).isDirectory()).toBe(true)
})

it('does not take a file for a folder', async () => {
  const file = join(await aFolder(), 'file')
  await writeFile(file, '')
  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(file, 'a', 'b'))).rejects.toMatchObject({ code: 'EEXIST' })
})

it.runIf(existsSync('/proc/self'))('gives up where nothing can be made: /proc, on Linux alone', async () => {
  await expect(makeFolder('/proc/nope/a/b')).rejects.toMatchObject({ path: '/proc/nope' })
})

import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { removeDrafts, writeSmallFile } from './small-files.ts'

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-small-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

it('puts a text or bytes in the place of what was there, for this user alone, and leaves nothing else', async () => {
  const folder = await aFolder()
  const path = join(folder, 'note.json')
  await writeSmallFile(path, 'one')
  await writeSmallFile(path, Buffer.from('two'))
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['two', ['note.json']])
  // Windows has other permissions.
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('replaces a link, and not what that leads to', async () => {
  const folder = await aFolder()
  await writeFile(join(folder, 'outside'), 'outside')
  await symlink(join(folder, 'outside'), join(folder, 'note.json'))
  await writeSmallFile(join(folder, 'note.json'), 'note')
  expect(await readFile(join(folder, 'outside'), 'utf8')).toBe('outside')
})

it('removes what a process that was killed has begun, and nothing else', async () => {
  const folder = await aFolder()
  const others = ['downlink.duckdb', 'downlink.duckdb.tmp', 'note.json']
  for (const name of ['.downlink-1b4e28ba-2fa1-11d2.tmp', ...others]) await writeFile(join(folder, name), '')
  await removeDrafts(folder)
  expect((await readdir(folder)).sort()).toEqual(others)
})

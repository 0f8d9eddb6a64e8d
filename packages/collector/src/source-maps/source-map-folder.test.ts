import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { createSourceMapFolder, sourceMapBounds } from './source-map-folder.ts'

/** @param files their content is their name */
async function aFolder(...files: readonly string[]) {
  const parent = await mkdtemp(join(tmpdir(), 'downlink-maps-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const path = join(parent, 'source-maps')
  await mkdir(path)
  for (const name of files) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), name)
  }
  const { find, keep } = createSourceMapFolder(path)
  return {
    path,
    keep,
    find: async (url: string, build?: string) => {
      const found = await find({ url, build })
      return found && text(found)
    },
  }
}

it.each([
  ['https://game.example/play/assets/index-Bx3kQ9aZ.js?v=1#a'],
  ['https://cdn.example/assets/index-Bx3kQ9aZ.js'],
  ['/assets/index-Bx3kQ9aZ.js'],
  ['assets/index-Bx3kQ9aZ.js?v=1'],
  ['capacitor://localhost/assets/index-Bx3kQ9aZ.js'],
  ['file:///C:/games/mine/assets/index-Bx3kQ9aZ.js'],
])('finds the map of %s, wherever the game is served from', async (url) => {
  const { find } = await aFolder('assets/index-Bx3kQ9aZ.js.map')
  expect(await find(url)).toBe('assets/index-Bx3kQ9aZ.js.map')
})

it('prefers the longest path, and what a build has for itself', async () => {
  const { find } = await aFolder('main.js.map', 'a/main.js.map', '1.4/main.js.map', 'release%2F1.4+3f/main.js.map')
  expect(await find('https://game.example/a/main.js')).toBe('a/main.js.map')
  expect(await find('https://game.example/b/main.js')).toBe('main.js.map')
  expect(await find('https://game.example/a/main.js', '1.4')).toBe('1.4/main.js.map')
  expect(await find('https://game.example/a/main.js', 'release/1.4+3f')).toBe('release%2F1.4+3f/main.js.map')
  expect(await find('https://game.example/a/main.js', '1.5')).toBe('a/main.js.map')
})

it.each([
  ['another script', 'https://game.example/other.js'],
  ['a page', 'https://game.example/'],
  ['the folder above', 'https://game.example/%2e%2e/outside.js'],
  ['the folder above, in one name', 'https://game.example/..%2Foutside.js'],
  ['the folder above, by a path', '../outside.js'],
  ['the folder above, as Windows has it', 'https://game.example/..%5Coutside.js'],
  ['a name with a NUL', 'https://game.example/main.js%00'],
  ['what is no code', 'https://game.example/%E0%A4%A.js'],
  ['nothing', ''],
  ['an inline worker', 'blob:https://game.example/0192-ab'],
  ['a folder', 'https://game.example/folder.js'],
  ['a link that leads out', 'https://game.example/link.js'],
  ['a very long name', `https://game.example/${'a'.repeat(5000)}.js`],
])('finds nothing for %s', async (_, url) => {
  const { path, find } = await aFolder('main.js.map')
  await writeFile(join(path, '../outside.js.map'), 'outside')
  await mkdir(join(path, 'folder.js.map'))
  await symlink(join(path, '../outside.js.map'), join(path, 'link.js.map'))
  expect(await find(url)).toBeUndefined()
  expect(await find(url, '..')).toBeUndefined()
  expect(await find(url, '../source-maps')).toBeUndefined()
})

it('is never outside of its folder by a build, and has none of a folder that is not there', async () => {
  const { path, find } = await aFolder()
  await writeFile(join(path, '../main.js.map'), 'outside')
  for (const build of ['..', '.', '../', 'a/../..', '\0', '\ud800', 'x'.repeat(300)]) {
    expect(await find('https://game.example/main.js', build)).toBeUndefined()
  }
  await rm(path, { recursive: true })
  expect(await find('https://game.example/main.js')).toBeUndefined()
})

it('deletes maps that were kept before, and folders that are empty then, and nothing else', async () => {
  const { path } = await aFolder(
    'old.js.map',
    'new.js.map',
    '1.3/game.js.map',
    '1.4/a/b.js.map',
    '1.4/a/c.js.map',
    'notes',
  )
  for (const name of ['old.js.map', '1.3/game.js.map', '1.4/a/b.js.map', 'notes'])
    await utimes(join(path, name), 100, 100)
  await symlink(join(path, 'new.js.map'), join(path, 'link.js.map'))
  const { removeBefore } = createSourceMapFolder(path)
  await removeBefore(101_000)
  await createSourceMapFolder(join(path, 'not-there')).removeBefore(101_000)
  expect((await readdir(path, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort()).toEqual([
    ...['1.4', '1.4/a', '1.4/a/c.js.map', 'link.js.map', 'new.js.map', 'notes'],
  ])
})

it.skipIf(process.platform === 'win32')('waits for no pipe', async () => {
  const { path, find } = await aFolder()
  execFileSync('mkfifo', [join(path, 'main.js.map')])
  expect(await find('https://game.example/main.js')).toBeUndefined()
})

it('refuses one that is too large for a browser', async () => {
  const { path, find } = await aFolder('main.js.map')
  await truncate(join(path, 'main.js.map'), sourceMapBounds.maxBytes + 1)
  await expect(find('https://game.example/main.js')).rejects.toMatchObject({
    code: 'source_map_too_large',
    message: 'Expected a source map of at most 67108864 bytes, got 67108865: main.js.map',
  })
})

it('keeps a map in the place of the one of its name, and tells Git to ignore them all', async () => {
  const { path, keep, find } = await aFolder()
  await rm(path, { recursive: true })
  await keep('assets/index-Bx3kQ9aZ.js', undefined, 'first')
  await keep('assets/index-Bx3kQ9aZ.js', undefined, 'second')
  await keep('game.js', '../1.4', 'of a build')
  expect(await find('https://game.example/assets/index-Bx3kQ9aZ.js', '1.4')).toBe('second')
  expect(await find('https://game.example/game.js', '../1.4')).toBe('of a build')
  expect(await find('https://game.example/game.js')).toBeUndefined()
  expect((await readdir(path)).sort()).toEqual(['%2E.%2F1.4', '.gitignore', 'assets'])
  expect(await readFile(join(path, '.gitignore'), 'utf8')).toBe('*\n')
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type DataFolderScope, defaultDataFolder, servedPage } from './data-folder.ts'

function aScope(over: Partial<DataFolderScope> = {}): DataFolderScope {
  const root = mkdtempSync(join(tmpdir(), 'downlink-data-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const folder = join(root, '2048')
  mkdirSync(folder)
  return { folder, platform: 'linux', variables: {}, home: '/home/ann', ...over }
}

it('is .downlink where no page is beside or above it', () => {
  const scope = aScope()
  expect(defaultDataFolder(scope)).toBe(join(scope.folder, '.downlink'))
  expect(servedPage(defaultDataFolder(scope))).toBeUndefined()
})

it.each([
  ['linux', {}, '/home/ann/.local/share/downlink/'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/downlink/'],
  ['darwin', {}, '/home/ann/Library/Application Support/downlink/'],
  ['win32', {}, '/home/ann/AppData/Local/downlink/'],
  ['win32', { LOCALAPPDATA: '/users/ann' }, '/users/ann/downlink/'],
] as const)('is a folder of the user beside a page, on %s with %j', (platform, variables, expected) => {
  const scope = aScope({ platform, variables })
  writeFileSync(join(scope.folder, 'index.html'), '')
  const found = defaultDataFolder(scope).replaceAll('\\', '/')
  expect(found.slice(0, expected.length)).toBe(expected)
  expect(found.slice(expected.length)).toMatch(/^2048-[0-9a-f]{8}$/)
  expect(defaultDataFolder(scope)).toBe(defaultDataFolder(scope))
})

it('is a folder of the user below a page, too, and another one for another folder', () => {
  const scope = aScope()
  writeFileSync(join(scope.folder, 'index.html'), '')
  const folders = ['server', 'tools'].map((name) => join(scope.folder, name))
  for (const folder of folders) mkdirSync(folder)
  const found = folders.map((folder) => defaultDataFolder({ ...scope, folder }))
  expect(found).toEqual([expect.stringMatching(/server-\w{8}$/), expect.stringMatching(/tools-\w{8}$/)])
})

it('stays .downlink where a collector has it already, and the page is named', () => {
  const scope = aScope()
  const page = join(scope.folder, 'index.html')
  writeFileSync(page, '')
  mkdirSync(join(scope.folder, '.downlink'))
  expect(defaultDataFolder(scope)).toBe(join(scope.folder, '.downlink'))
  expect(servedPage(defaultDataFolder(scope))).toBe(page)
})

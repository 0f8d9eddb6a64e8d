import { expect, it } from 'vitest'
import { commonFolder, manifestText, mimeTypeOf, takeInventory } from './manifest.ts'
import { fakeEnvironment } from './test-doubles.ts'

const manifestPath = '/work/out/ci-artifacts.json'

it('orders by code unit, whatever order the files come in', async () => {
  const { fileSystem } = fakeEnvironment({}, { '/work/out/b': '', '/work/out/a': '', '/work/out/Z': '', '/work/x': '' })
  const paths = ['/work/out/b', '/work/x', '/work/out/Z', '/work/out/a', '/work/no2', '/work/no1']
  const { files, missing } = await takeInventory(paths, manifestPath, fileSystem, undefined)
  expect(files.map((file) => file.path)).toEqual(['../x', 'Z', 'a', 'b'])
  expect(missing.map((file) => file.path)).toEqual(['../no1', '../no2'])
})

it('tells what is missing from what can not be read', async () => {
  const { fileSystem } = fakeEnvironment()
  const read = (path: string) => {
    if (path.endsWith('denied')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
    if (path.endsWith('odd')) throw undefined
    return fileSystem.read(path)
  }
  const { missing, failures } = await takeInventory(['/denied', '/gone', '/odd'], manifestPath, { read }, undefined)
  expect(missing.map(({ state }) => state)).toEqual(['unreadable', 'missing', 'unreadable'])
  expect(failures.map(({ code }) => code)).toEqual(['file_unreadable', 'file_missing', 'file_unreadable'])
})

it('stops reading when it is told to', async () => {
  const { fileSystem } = fakeEnvironment({}, { '/a': '' })
  const inventory = await takeInventory(['/a'], manifestPath, fileSystem, AbortSignal.abort())
  expect(inventory).toEqual({ files: [], missing: [], failures: [] })
})

it('writes its keys in one order, and JSON to the letter', () => {
  const text = manifestText({
    missing: [],
    files: [{ state: 'present', path: 'a', sha256: 'ab', bytes: 1 }],
    context: { z: 1, a: true, __proto__: 'x' },
    job: { attempt: '1' },
    provider: 'none',
    artifactName: 'n',
    formatVersion: 1,
  })
  expect(text.endsWith('}\n')).toBe(true)
  expect(Object.keys(JSON.parse(text))).toEqual([
    'formatVersion',
    'artifactName',
    'provider',
    'job',
    'context',
    'files',
    'missing',
  ])
  expect(text.indexOf('"a": true')).toBeLessThan(text.indexOf('"z": 1'))
})

it('knows the types of what an export writes', () => {
  expect(['a.json', 'a.CSV', 'a.ndjson', 'a.md', 'a.json.gz'].map(mimeTypeOf)).toEqual([
    'application/json',
    'text/csv',
    'application/x-ndjson',
    'text/markdown',
    'application/gzip',
  ])
  expect(['a', 'a.xyz', '.', 'a.constructor'].map(mimeTypeOf)).toEqual([undefined, undefined, undefined, undefined])
})

it.skipIf(process.platform === 'win32').each([
  [[], undefined],
  [['/a/b'], '/a/b'],
  [['/a/b', '/a/b'], '/a/b'],
  [['/a/b', '/a/b/c'], '/a/b'],
  [['/a/b/c', '/a/bc'], '/a'],
  [['/a/..b', '/a'], '/a'],
  [['/a', '/b'], '/'],
])('of %j is %j', (folders, common) => expect(commonFolder(folders)).toBe(common))

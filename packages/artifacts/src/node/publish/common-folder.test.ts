import { expect, it } from 'vitest'
import { commonFolder } from './common-folder.ts'

it.skipIf(process.platform === 'win32').each([
  [[], undefined],
  [['/a/b'], '/a/b'],
  [['/a/b', '/a/b'], '/a/b'],
  [['/a/b', '/a/b/c'], '/a/b'],
  [['/a/b/c', '/a/bc'], '/a'],
  [['/a/..b', '/a'], '/a'],
  [['/a', '/b'], '/'],
])('of %j is %j', (folders, common) => expect(commonFolder(folders)).toBe(common))

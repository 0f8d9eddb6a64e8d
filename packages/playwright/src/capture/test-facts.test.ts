import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aTest } from '../test-doubles.ts'
import { factsOf, folderOf } from './test-facts.ts'

it('says which run of which test it is', () => {
  expect(factsOf(aTest())).toEqual({
    test: 'a group › a test',
    file: 'a.spec.ts',
    project: 'chromium',
    retry: 1,
    repeat: 0,
    shard: '2/3',
    workerIndex: 4,
  })
  expect(factsOf(aTest({ config: { shard: null, rootDir: '/' } as never }))).toMatchObject({ shard: null })
})

it("has a folder of its own below Playwright's root or another", () => {
  const test = aTest()
  expect(folderOf(test)).toBe('/out/a-test-chromium-retry1/inspector')
  expect(folderOf(test, '/mine')).toBe(join('/mine', 'a-test-chromium-retry1'))
  expect(folderOf({ ...test, outputDir: '/elsewhere/b' }, '/mine')).toBe(join('/mine', 'b'))
  expect(folderOf({ ...test, outputDir: '/out' }, '/mine')).toBe(join('/mine', 'out'))
})

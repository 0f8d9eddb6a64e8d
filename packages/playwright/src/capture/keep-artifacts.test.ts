import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { aTest } from '../test-doubles.ts'
import { takeNames } from './keep-artifacts.ts'

const files = (...names: string[]) => names.map((filename) => ({ filename }))

it('keeps names, and numbers those that the test has already', () => {
  const test = aTest({ attachments: [{ name: 'trace.zip', contentType: '' }] })
  expect(takeNames(test, files('a.json', 'trace.zip', 'A.json', 'a.tar.gz', 'plain'))).toEqual([
    'a.json',
    'trace-2.zip',
    'A-2.json',
    'a.tar.gz',
    'plain',
  ])
  expect(takeNames(test, files('a.json', 'a-2.json', 'plain'))).toEqual(['a-3.json', 'a-2-2.json', 'plain-2'])
  expect(takeNames(aTest(), files('a.json'))).toEqual(['a.json'])
})

it('never gives a name twice', () => {
  const name = fc.constantFrom('a', 'A', 'a-2', 'a.b', 'a-2.b', '', '.', 'é.b', 'e\u0301.b')
  fc.assert(
    fc.property(fc.array(fc.array(name)), (captures) => {
      const test = aTest()
      const given = captures.flatMap((names) => takeNames(test, files(...names)))
      return new Set(given.map((each) => each.normalize('NFC').toLowerCase())).size === given.length
    }),
  )
})

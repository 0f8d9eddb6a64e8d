import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { maxNameBytes, nameFault, nameKey } from './artifact.ts'

it.each([
  'save-inspector-summary-20260101T000000Z.json',
  'a',
  '.hidden',
  'with space.csv',
  'übung-🚀.md',
  'console.txt',
  'com10',
  'x'.repeat(maxNameBytes),
])('takes %s', (name) => {
  expect(nameFault(name)).toBeUndefined()
})

it.each([
  '',
  '.',
  '..',
  '../a',
  '..\\a',
  '/etc/passwd',
  'a/b',
  'C:\\a',
  'C:a',
  '\\\\server\\share\\a',
  'a\0b',
  'a\nb',
  'a\u007f',
  'a:stream',
  'a*',
  'a?',
  '"a"',
  '<a>',
  'a|b',
  'CON',
  'nul.txt',
  'Com1',
  'lpt9.csv.gz',
  'COM¹',
  'conin$',
  'a.',
  'a ',
  ' a',
  'a\uD800',
  'x'.repeat(maxNameBytes + 1),
  'ü'.repeat(maxNameBytes),
  'x'.repeat(300),
])('refuses %j', (name) => {
  expect(nameFault(name)).toEqual(expect.any(String))
})

it.each([undefined, null, 5, {}])('refuses %j, which is no text', (name) => {
  expect(nameFault(name)).toMatch(/^it is not text but /)
})

it('takes nothing that leaves its folder, on any system', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', ':', 'C', ' ', 'a', '~') }), (name) => {
      fc.pre(nameFault(name) === undefined)
      expect(posix.relative('/root', posix.resolve('/root', name))).toBe(name)
      expect(win32.relative('C:\\root', win32.resolve('C:\\root', name))).toBe(name)
    }),
  )
})

it('knows two names that are one file on some system', () => {
  expect(nameKey('Summary-\u00e9.JSON')).toBe(nameKey('summary-e\u0301.json'))
})

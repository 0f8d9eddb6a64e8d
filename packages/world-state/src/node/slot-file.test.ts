import fc from 'fast-check'
import { expect, it } from 'vitest'
import { slotFile } from './slot-file.ts'

it('names a file that every file system takes, within the folder', () => {
  const slots = fc.oneof(
    fc.string(),
    fc.constantFrom('', '../x', '/etc/passwd', 'CON', '\ud800', '\u{1f680}', 'a'.repeat(300)),
  )
  fc.assert(
    fc.property(slots, (slot) => {
      expect(slotFile(slot)).toMatch(/^save-[a-z0-9_-]*\.json$/)
      expect(slotFile(slot).length).toBeLessThan(200)
    }),
  )
})

it('names no two slots alike', () => {
  const slots = ['', 'a', 'A', 'ä', 'a_', '_61_', 'a'.repeat(101), 'a'.repeat(102), 'A'.repeat(300), '\ud800', '\udfff']
  expect(new Set(slots.map(slotFile)).size).toBe(slots.length)
})

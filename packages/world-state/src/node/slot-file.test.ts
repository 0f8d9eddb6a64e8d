import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLockFile, slotFile } from './slot-file.ts'

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

it('takes a slot from nobody who has it only since this process stood still', async () => {
  const held = Object.assign(new Error('held'), { code: 'EEXIST' })
  const removed: string[] = []
  let looks = 0
  const fileSystem = {
    async open() {
      if (++looks < 4) throw held
      return { close: async () => {} } as never
    },
    rm: async (path: string) => void removed.push(path),
  }
  // All of its time is over at the first look.
  const deadline = {
    timeoutMs: 10_000,
    setTimer(run: () => void) {
      run()
      return () => {}
    },
  }
  const withLock = createLockFile(fileSystem, deadline, async () => {})
  await withLock('a', new AbortController().signal, async () => expect(removed).toEqual([]))
  expect([looks, removed]).toEqual([4, ['a.lock']])
})

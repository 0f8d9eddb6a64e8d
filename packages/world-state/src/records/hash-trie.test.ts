import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Entry, emptyTrie, hashOf, insert, remove, type Trie } from './hash-trie.ts'

/** Few hashes that share many bits, so that branches are deep and buckets full. */
const anEntry = fc
  .tuple(fc.string({ maxLength: 2 }), fc.constantFrom(0, 1, 32, 1 << 30, (1 << 30) | 1, -1, 0x7fffffff))
  .map(([text, hash]): Entry<number> => ({ key: `${text}@${hash}`, hash, value: 1, order: 0 }))

const someEntries = fc.uniqueArray(anEntry, { selector: ({ key }) => key, maxLength: 30 })

const build = (entries: readonly Entry<number>[]): Trie<number> =>
  entries.reduce<Trie<number>>((trie, entry) => insert(trie, entry), emptyTrie)

it('looks as if what is removed had never been there', () => {
  fc.assert(
    fc.property(someEntries, someEntries, (kept, gone) => {
      const strangers = gone.filter(({ key }) => kept.every((entry) => entry.key !== key))
      const trie = strangers.reduce((trie, entry) => remove(trie, entry), build([...kept, ...strangers]))
      expect(trie).toEqual(build(kept))
    }),
  )
})

it('hashes as FNV-1a does', () => {
  expect([hashOf(''), hashOf('a'), hashOf('foobar')].map((hash) => hash >>> 0)).toEqual([
    0x811c9dc5, 0xe40c292c, 0xbf9cf968,
  ])
  expect(hashOf('costarring')).toBe(hashOf('liquid'))
})

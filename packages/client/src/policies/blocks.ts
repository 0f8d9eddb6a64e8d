/** Queues items in blocks, first in first out, so that one may be taken from anywhere: only the others of its block move. */
import type { Ring } from '../ring.ts'

export function createBlocks<Item>(capacity: number): Ring<Item> {
  const blockSize = Math.ceil(Math.sqrt(capacity))
  const blocks: Item[][] = [[]]
  /** The block that was looked at last, and the index of its first item: what is looked for next is near. */
  let at = 0
  let first = 0

  const blockAt = (block: number): Item[] => blocks[block] as Item[]
  /** @param index of an item that is there */
  function seek(index: number): Item[] {
    while (index < first) first -= blockAt(--at).length
    while (index >= first + blockAt(at).length) first += blockAt(at++).length
    return blockAt(at)
  }

  const ring: Ring<Item> & { size: number } = {
    size: 0,
    at: (index) => (index >= 0 && index < ring.size ? seek(index)[index - first] : undefined),
    slice: (index, count = ring.size) => blocks.flat().slice(index, index + count),
    push(item) {
      const last = blockAt(blocks.length - 1)
      if (last.length < blockSize) last.push(item)
      else blocks.push([item])
      ring.size++
    },
    remove(index) {
      const block = seek(index)
      block.splice(index - first, 1)
      ring.size--
      const next = blocks[at + 1]
      // Two that are short become one, or there would be a block an item where most were taken away.
      if (!next || block.length + next.length > blockSize) return
      block.push(...next)
      blocks.splice(at + 1, 1)
    },
  }
  return ring
}

/** Queues items over preallocated slots, first in first out. */

/** Taking the oldest neither shifts nor copies the others. */
export interface Ring<Item> {
  readonly size: number
  /** @param index from 0, the oldest */
  at(index: number): Item | undefined
  /** The `count` from `index` on, or as many as there are. */
  slice(index: number, count?: number): Item[]
  /** There must be room. */
  push(item: Item): void
  /** Takes one out. This moves those that are older, so it is quick for the oldest. */
  remove(index: number): void
}

export function createRing<Item>(capacity: number): Ring<Item> {
  // A power of two, so that a mask cuts a position to a slot.
  const slots = new Array<Item | undefined>(2 ** Math.ceil(Math.log2(capacity)))
  const mask = slots.length - 1
  let head = 0
  const ring: Ring<Item> & { size: number } = {
    size: 0,
    at: (index) => (index < ring.size ? slots[(head + index) & mask] : undefined),
    slice: (index, count = ring.size) =>
      Array.from({ length: Math.min(count, ring.size - index) }, (_, at) => ring.at(index + at) as Item),
    push(item) {
      slots[(head + ring.size++) & mask] = item
    },
    remove(index) {
      for (let at = head + index; at > head; at--) slots[at & mask] = slots[(at - 1) & mask]
      // Emptied, so that the ring keeps nothing alive.
      slots[head++ & mask] = undefined
      ring.size--
    },
  }
  return ring
}

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
  const slots = new Array<Item | undefined>(capacity)
  let head = 0
  const ring: Ring<Item> & { size: number } = {
    size: 0,
    at: (index) => (index < ring.size ? slots[(head + index) % capacity] : undefined),
    slice: (index, count = ring.size) =>
      Array.from({ length: Math.min(count, ring.size - index) }, (_, at) => ring.at(index + at) as Item),
    push(item) {
      slots[(head + ring.size++) % capacity] = item
    },
    remove(index) {
      for (let at = head + index; at > head; at--) slots[at % capacity] = slots[(at - 1) % capacity]
      // Emptied, so that the ring keeps nothing alive.
      slots[head++ % capacity] = undefined
      ring.size--
    },
  }
  return ring
}

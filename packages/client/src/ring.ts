/** A double-ended queue over preallocated slots: nothing is shifted or copied. */

export interface Ring<Item> {
  readonly size: () => number
  /** @param index from 0, the oldest */
  readonly at: (index: number) => Item | undefined
  readonly push: (item: Item) => void
  /** Takes the oldest. */
  readonly shift: () => Item | undefined
  /** Takes the newest. */
  readonly pop: () => Item | undefined
  readonly unshift: (item: Item) => void
}

/** @param expected how many items it is made for; beyond that its slots double */
export function createRing<Item>(expected: number): Ring<Item> {
  let mask = 2 ** Math.ceil(Math.log2(expected)) - 1
  let slots = new Array<Item | undefined>(mask + 1).fill(undefined)
  let head = 0
  let size = 0
  const at = (index: number): Item | undefined => (index < size ? slots[(head + index) & mask] : undefined)
  /** The slot is emptied, so that the ring keeps nothing alive. */
  const take = (position: number): Item | undefined => {
    const item = slots[position & mask]
    slots[position & mask] = undefined
    return item
  }
  const put = (position: number, item: Item): void => {
    slots[position & mask] = item
    if (size++ < mask) return
    slots = Array.from({ length: 2 * size }, (_, index) => at(index))
    mask = 2 * size - 1
    head = 0
  }
  return {
    size: () => size,
    at,
    push: (item) => put(head + size, item),
    shift: () => (size && size-- ? take(head++) : undefined),
    pop: () => (size ? take(head + --size) : undefined),
    unshift: (item) => put(--head, item),
  }
}

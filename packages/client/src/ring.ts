/** A preallocated double-ended queue: nothing is copied, shifted or grown. */

/** Holds up to `capacity` items; the caller keeps within it. */
export class Ring<Item> {
  readonly #slots: (Item | undefined)[]
  readonly #mask: number
  #head = 0
  #size = 0

  constructor(capacity: number) {
    let slots = 1
    while (slots < capacity) slots *= 2
    this.#slots = new Array<Item | undefined>(slots).fill(undefined)
    this.#mask = slots - 1
  }

  get size(): number {
    return this.#size
  }

  /** @param index from 0, the oldest */
  at(index: number): Item | undefined {
    return this.#slots[(this.#head + index) & this.#mask]
  }

  push(item: Item): void {
    this.#slots[(this.#head + this.#size++) & this.#mask] = item
  }

  /** Takes the oldest. The slot is emptied, so that the ring keeps nothing alive. */
  shift(): Item | undefined {
    if (this.#size === 0) return undefined
    this.#size--
    return this.#take(this.#head++)
  }

  /** Takes the newest. */
  pop(): Item | undefined {
    return this.#size === 0 ? undefined : this.#take(this.#head + --this.#size)
  }

  unshift(item: Item): void {
    this.#slots[--this.#head & this.#mask] = item
    this.#size++
  }

  #take(position: number): Item | undefined {
    const slot = position & this.#mask
    const item = this.#slots[slot]
    this.#slots[slot] = undefined
    return item
  }
}

/** Maps text to records, immutably and in the order of insertion: what a slice keeps its many records in. */
import { levelsOf, markAsState } from '../state-value.ts'
import { collect, type Entry, emptyTrie, find, hashOf, insert, remove, type Trie } from './hash-trie.ts'

/**
 * Each change makes a new map, which shares all but a few nodes with the old one: the cost does not grow with the
 * number of records. Any text is a key, `__proto__` and the empty text too. Records are frozen, since versions share
 * them, and are data, as states are. A record that is replaced keeps its place; one that is deleted and set again comes
 * last.
 *
 * @example const next = state.ships.set('red-1', { health: 30 })
 */
export class RecordMap<Value> implements Iterable<readonly [key: string, value: Value]> {
  readonly size: number
  readonly #trie: Trie<Value>
  readonly #nextOrder: number
  /** Levels of the deepest record that was ever in it. */
  readonly #levels: number
  /** Sorted at the first walk, and kept: a map never changes. */
  #ordered: readonly Entry<Value>[] | undefined

  private constructor(trie: Trie<Value>, size: number, nextOrder: number, levels: number) {
    this.#trie = trie
    this.size = size
    this.#nextOrder = nextOrder
    this.#levels = levels
    markAsState(Object.freeze(this), levels + 1)
  }

  static readonly #empty: RecordMap<never> = new RecordMap<never>(emptyTrie, 0, 0, 0)

  static empty<Value>(): RecordMap<Value> {
    return RecordMap.#empty
  }

  /** Of two entries with one key, the later one counts, at the place of the first. */
  static from<Value>(entries: Iterable<readonly [key: string, value: Value]>): RecordMap<Value> {
    let map = RecordMap.empty<Value>()
    for (const [key, value] of entries) map = map.set(key, value)
    return map
  }

  get(key: string): Value | undefined {
    return find(this.#trie, key, hashOf(key))?.value
  }

  has(key: string): boolean {
    return find(this.#trie, key, hashOf(key)) !== undefined
  }

  /** @throws {WorldStateError} `bad_state`, where the value is something else than data */
  set(key: string, value: Value): RecordMap<Value> {
    const hash = hashOf(key)
    const old = find(this.#trie, key, hash)
    if (old && Object.is(old.value, value)) return this
    const levels = Math.max(this.#levels, levelsOf(value, key))
    const order = old?.order ?? this.#nextOrder
    const trie = insert(this.#trie, { key, hash, value, order })
    return new RecordMap(trie, old ? this.size : this.size + 1, old ? this.#nextOrder : order + 1, levels)
  }

  delete(key: string): RecordMap<Value> {
    const old = find(this.#trie, key, hashOf(key))
    if (!old) return this
    if (this.size === 1) return RecordMap.empty()
    return new RecordMap(remove(this.#trie, old), this.size - 1, this.#nextOrder, this.#levels)
  }

  *[Symbol.iterator](): Generator<readonly [key: string, value: Value]> {
    for (const { key, value } of this.#inOrder()) yield [key, value]
  }

  keys(): string[] {
    return this.#inOrder().map(({ key }) => key)
  }

  values(): Value[] {
    return this.#inOrder().map(({ value }) => value)
  }

  #inOrder(): readonly Entry<Value>[] {
    if (this.#ordered) return this.#ordered
    const entries: Entry<Value>[] = []
    collect(this.#trie, entries)
    this.#ordered = entries.sort((a, b) => a.order - b.order)
    return this.#ordered
  }
}

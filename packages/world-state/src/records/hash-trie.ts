/**
 * Keeps entries in a trie over the bits of a key's hash, five a level: changing one entry copies the few nodes on its path and shares
 * all others. After Bagwell, "Ideal Hash Trees" (2001): https://lampwww.epfl.ch/papers/idealhashtrees.pdf
 */

export interface Entry<Value> {
  readonly key: string
  readonly hash: number
  readonly value: Value
  /** Grows with each new key: the order of insertion. */
  readonly order: number
}

/** Entries of one and the same hash; nearly always one. */
type Bucket<Value> = readonly Entry<Value>[]

interface Branch<Value> {
  /** Which of the 32 children there are. */
  readonly bitmap: number
  /** Only those, in the order of their bits. */
  readonly children: readonly Trie<Value>[]
}

export type Trie<Value> = Bucket<Value> | Branch<Value>

export const emptyTrie: Trie<never> = []

const bitsPerLevel = 5

/** FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv) over UTF-16 units. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash
}

export function find<Value>(trie: Trie<Value>, key: string, hash: number): Entry<Value> | undefined {
  let node: Trie<Value> | undefined = trie
  for (let shift = 0; node !== undefined && isBranch(node); shift += bitsPerLevel) {
    const bit = bitAt(hash, shift)
    node = node.bitmap & bit ? node.children[rank(node.bitmap, bit)] : undefined
  }
  return node?.find((entry) => entry.key === key)
}

/** With an entry added, or in the place of the one with its key. */
export function insert<Value>(trie: Trie<Value>, entry: Entry<Value>, shift = 0): Trie<Value> {
  if (!isBranch(trie)) return insertIntoBucket(trie, entry, shift)
  const bit = bitAt(entry.hash, shift)
  const at = rank(trie.bitmap, bit)
  const child = trie.bitmap & bit ? trie.children[at] : undefined
  const children = trie.children.slice()
  if (child) children[at] = insert(child, entry, shift + bitsPerLevel)
  else children.splice(at, 0, [entry])
  return { bitmap: trie.bitmap | bit, children }
}

function insertIntoBucket<Value>(bucket: Bucket<Value>, entry: Entry<Value>, shift: number): Trie<Value> {
  const resident = bucket[0]
  if (resident && resident.hash !== entry.hash) {
    return insert({ bitmap: bitAt(resident.hash, shift), children: [bucket] }, entry, shift)
  }
  const at = bucket.findIndex(({ key }) => key === entry.key)
  return at < 0 ? [...bucket, entry] : bucket.with(at, entry)
}

/** Without the entry of a key that is there. */
export function remove<Value>(
  trie: Trie<Value>,
  { key, hash }: Pick<Entry<Value>, 'key' | 'hash'>,
  shift = 0,
): Trie<Value> {
  if (!isBranch(trie)) return trie.filter((entry) => entry.key !== key)
  const bit = bitAt(hash, shift)
  const at = rank(trie.bitmap, bit)
  const child = remove(trie.children[at] ?? [], { key, hash }, shift + bitsPerLevel)
  const isGone = !isBranch(child) && child.length === 0
  const children = isGone ? trie.children.toSpliced(at, 1) : trie.children.with(at, child)
  // As if the entry had never been: many that come and go leave no empty branches behind.
  const only = children.length === 1 ? children[0] : undefined
  if (only && !isBranch(only)) return only
  return { bitmap: isGone ? trie.bitmap & ~bit : trie.bitmap, children }
}

/** All entries, in no order. */
export function collect<Value>(trie: Trie<Value>, into: Entry<Value>[]): void {
  if (isBranch(trie)) for (const child of trie.children) collect(child, into)
  else into.push(...trie)
}

const isBranch = <Value>(trie: Trie<Value>): trie is Branch<Value> => !Array.isArray(trie)

const bitAt = (hash: number, shift: number): number => 1 << ((hash >>> shift) & 31)

/** How many children come before a bit: the ones in the bitmap below it, counted in parallel. */
function rank(bitmap: number, bit: number): number {
  let ones = bitmap & (bit - 1)
  ones -= (ones >>> 1) & 0x55555555
  ones = (ones & 0x33333333) + ((ones >>> 2) & 0x33333333)
  return Math.imul((ones + (ones >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Makes JSON that a parser takes and nobody would write, and damages good JSON: in its structure, and now and then in its text. */
import fc from 'fast-check'

/** JSON of which the members of an object have an order, and may be there twice. */
type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: Node[] }
  | { readonly kind: 'object'; readonly items: Node[]; readonly keys: string[] }

/** A value that is none of those that were expected, as text. */
const oddValue: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.constantFrom(
      ...['null', 'true', 'false', '[]', '{}', '""', '"x"', '[[]]', '{"":{}}', '[null]'],
      ...['"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\ud83d\\ude00"', '"__proto__"', '"🚀\\n\\u2028"', '"1"', '"NaN"'],
      ...['{"__proto__":{"a":1}}', '{"constructor":1}', '{"toJSON":1}', '{"then":1}', '{"length":9}', '{"a":1,"a":2}'],
    ),
  },
  {
    weight: 40,
    arbitrary: fc.constantFrom(
      ...['0', '-0', '-1', '1', '2', '0.5', '1e3', '1e999', '-1e999', '1e-400', '0.1e-6', '4294967296', '2147483648'],
      ...['68719476736', '68719476737', '9007199254740991', '9007199254740992', '18446744073709551616'],
      ...['8640000000000000', '8640000000000001', '-9223372036854775808', '1E+2', '123456789012345678901234567890'],
    ),
  },
  { weight: 20, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.nat({ max: 300_000 }).map((length) => `"${'x'.repeat(length)}"`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[[],', ']']), fc.nat({ max: 20_000 }))
      .map(([[open = '', close = ''], depth]) => open.repeat(depth) + 0 + close.repeat(depth)),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 400 }).map((keys) => `{${Array.from({ length: keys }, (_, at) => `"k${at}":${at}`)}}`),
  },
)

const oddKey = fc.constantFrom(
  ...['""', '"__proto__"', '"constructor"', '"toString"', '"length"', '"then"', '"\\u0000"', '"\\ud800"', '"a.b[0]"'],
  ...['"t"', '"drop"', '"\\u0064ata"', '"type"', '"seq"', '"$records"', '"$bigint"', '"$$"', '"é🚀"'],
)

interface Edit {
  readonly how: 'replace' | 'remove' | 'repeat' | 'rename' | 'twice' | 'swap' | 'nest'
  /** Which value, counted around; and which other one. */
  readonly at: number
  readonly other: number
  readonly value: string
  readonly key: string
  readonly times: number
}

const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'rename', 'twice', 'swap', 'nest'),
  at: fc.nat({ max: 999 }),
  other: fc.nat({ max: 999 }),
  value: oddValue,
  key: oddKey,
  times: fc.oneof({ weight: 49, arbitrary: fc.nat({ max: 9 }) }, { weight: 1, arbitrary: fc.nat({ max: 6000 }) }),
})

/** A text that is cut off, or has one character changed, added or removed. */
export interface Scar {
  readonly at: number
  readonly put: string
  readonly removes: 'nothing' | 'a character' | 'the rest'
}

const scar: fc.Arbitrary<Scar> = fc.record({
  at: fc.nat(),
  put: fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '\0', ' ', '\ufeff', '\ud800', 'é', '0', '\n', 'x'),
  removes: fc.constantFrom('nothing', 'a character', 'the rest'),
})

/** One text in so many has a scar. */
export const rareScar = (times: number): fc.Arbitrary<Scar | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: scar })

export interface Damage {
  readonly edits: readonly Edit[]
  readonly scar: Scar | undefined
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  edits: fc.array(edit, { maxLength: 3 }),
  scar: rareScar(12),
})

/** Any JSON, and what is none. */
export const oddJson: fc.Arbitrary<string> = fc.tuple(oddValue, rareScar(4)).map(([text, mark]) => scarred(text, mark))

/** Larger than any reader takes it is only slow to make. */
const maxBytes = 1_000_000

const timesWithin = (node: Node, times: number): number => Math.min(times, Math.floor(maxBytes / textOf(node).length))

export function damaged(good: unknown, { edits, scar: mark }: Damage): string {
  const root: Node & { kind: 'list' } = { kind: 'list', items: [nodeOf(good)] }
  for (const one of edits) apply(one, root)
  return scarred(root.items.map(textOf).join(' '), mark)
}

function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf) }
  if (typeof value !== 'object' || value === null) return { kind: 'text', text: JSON.stringify(value) ?? 'null' }
  const members = Object.entries(value).filter(([, field]) => field !== undefined)
  return {
    kind: 'object',
    items: members.map(([, field]) => nodeOf(field)),
    keys: members.map(([key]) => JSON.stringify(key)),
  }
}

function textOf(node: Node): string {
  if (node.kind === 'text') return node.text
  if (node.kind === 'list') return `[${node.items.map(textOf)}]`
  return `{${node.items.map((item, at) => `${node.keys[at]}:${textOf(item)}`)}}`
}

interface Slot {
  readonly holder: Exclude<Node, { kind: 'text' }>
  readonly index: number
}

const slotsIn = (holder: Slot['holder']): Slot[] =>
  holder.items.flatMap((item, index) => [{ holder, index }, ...(item.kind === 'text' ? [] : slotsIn(item))])

function apply({ how, at, other, value, key, times }: Edit, root: Slot['holder']): void {
  const slots = slotsIn(root)
  const slot = slots[at % slots.length]
  const second = slots[other % slots.length]
  if (!slot || !second) return
  const { holder, index } = slot
  const node = holder.items[index] as Node
  const odd: Node = { kind: 'text', text: value }
  switch (how) {
    case 'replace':
      holder.items[index] = odd
      break
    case 'remove':
      holder.items.splice(index, 1)
      if (holder.kind === 'object') holder.keys.splice(index, 1)
      break
    case 'twice':
      holder.items.splice(index, 0, odd)
      if (holder.kind === 'object') holder.keys.splice(index, 0, holder.keys[index] ?? key)
      break
    case 'rename':
      if (holder.kind === 'object') holder.keys[index] = key
      break
    case 'repeat':
      holder.items[index] = { kind: 'text', text: `[${Array(timesWithin(node, times)).fill(textOf(node))}]` }
      break
    case 'nest':
      holder.items[index] = { kind: 'text', text: `${'['.repeat(times)}${textOf(node)}${']'.repeat(times)}` }
      break
    case 'swap':
      // As text, for one may lie in the other.
      ;[holder.items[index], second.holder.items[second.index]] = [second.holder.items[second.index], node].map(
        (moved): Node => ({ kind: 'text', text: textOf(moved as Node) }),
      ) as [Node, Node]
  }
}

export function scarred(text: string, mark: Scar | undefined): string {
  if (!mark) return text
  const at = mark.at % (text.length + 1)
  const rest = mark.removes === 'the rest' ? '' : text.slice(mark.removes === 'a character' ? at + 1 : at)
  return text.slice(0, at) + mark.put + rest
}

/** The decoder against a naive one that is slow and obvious, on JSON as nobody would write it but somebody may send it. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeClientFrame, isDrop } from './decode-client-frame.ts'
import type { RejectionCode } from './event.ts'
import { checkEvent } from './event-limits.ts'

const limits = { maxEventBytes: 60, maxDepth: 3, maxKeys: 3, maxTypeLength: 8 }

/** A value with its own text; an object keeps each of its members, repeats included. */
interface Node {
  readonly text: string
  readonly members?: readonly (readonly [key: string, value: Node])[]
  readonly items?: readonly Node[]
}

/** Reads valid JSON from `start` on, token by token. */
function readNode(text: string, start: number): Node {
  let at = start
  const peek = (): string => {
    while (' \t\r\n'.includes(text.charAt(at))) at++
    return text.charAt(at)
  }
  const token = (form: RegExp): string => {
    peek()
    const [found = ''] = form.exec(text.slice(at)) ?? []
    at += found.length
    return found
  }
  const value = (): Node => {
    const first = peek()
    const begin = at
    if (first !== '{' && first !== '[') {
      token(first === '"' ? /^"([^"\\]|\\.)*"/s : /^[^\s,\]}]+/)
      return { text: text.slice(begin, at) }
    }
    at++
    const members: (readonly [string, Node])[] = []
    const items: Node[] = []
    while (peek() !== '}' && peek() !== ']') {
      token(/^,/)
      if (first === '[') items.push(value())
      else {
        const key: string = JSON.parse(token(/^"([^"\\]|\\.)*"/s))
        token(/^:/)
        members.push([key, value()])
      }
    }
    at++
    return first === '[' ? { text: text.slice(begin, at), items } : { text: text.slice(begin, at), members }
  }
  return value()
}

const member = (node: Node, name: string): Node | undefined => node.members?.findLast(([key]) => key === name)?.[1]

const hasRepeat = ({ members = [], items = [] }: Node): boolean =>
  new Set(members.map(([key]) => key)).size < members.length ||
  [...members.map(([, value]) => value), ...items].some(hasRepeat)

const halfACharacter = /[\ud800-\udfff]/u

/** The first fault of a value in the order of its text; what is said of its size comes after. */
function faultOf(value: unknown, depth: number): RejectionCode | undefined {
  if (typeof value === 'string' && halfACharacter.test(value)) return 'bad_text'
  if (typeof value === 'number' && Math.abs(value) === Number.POSITIVE_INFINITY) return 'bad_number'
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > limits.maxDepth) return 'too_deep'
  for (const [at, [key, item]] of Object.entries(value).entries()) {
    if (!Array.isArray(value)) {
      if (at >= limits.maxKeys) return 'too_many_keys'
      if (halfACharacter.test(key)) return 'bad_text'
    }
    const fault = faultOf(item, depth + 1)
    if (fault) return fault
  }
  return undefined
}

/** The text that is stored of an element, or why it is rejected. */
function judgeNaively(node: Node): { readonly json: string } | RejectionCode {
  const value = JSON.parse(node.text)
  if (!node.members) return 'bad_event'
  const { type, timestamp, version } = value
  if (typeof type !== 'string' || type === '' || type.length > limits.maxTypeLength) return 'bad_event'
  if (halfACharacter.test(type) || type.includes('\0')) return 'bad_text'
  if (typeof timestamp !== 'number' || !(Math.abs(timestamp) <= 8.64e15)) return 'bad_timestamp'
  if (version !== undefined && !(Number.isInteger(version) && version >= 1 && version < 2 ** 31)) return 'bad_event'
  const data = member(node, 'data')
  if (new Set(node.members.map(([key]) => key)).size < node.members.length) return 'duplicate_key'
  if (!data) return { json: 'null' }
  const fault = faultOf(JSON.parse(data.text), 1)
  if (fault) return fault
  if (hasRepeat(data)) return 'duplicate_key'
  return new TextEncoder().encode(data.text).length > limits.maxEventBytes ? 'too_large' : { json: data.text }
}

const gap = fc.constantFrom('', '', '', ' ', '\n', '\r\n\t')
const key = fc.constantFrom(
  '"a"',
  '"b"',
  '"\\u0061"',
  '"__proto__"',
  '"constructor"',
  '"a:\\"{"',
  '"\\ud800"',
  '"é"',
  '""',
)
const scalar = fc.oneof(
  fc.constantFrom('true', 'null', '-0', '0', '1e999', '-1E+400', '1e-400', '9007199254740993', '0.10', '""', '"\\\\"'),
  fc.constantFrom('"\\ud83d\\ude00"', '"\\udc00"', '"\\ud83d"', '"}],"', '"\\\\\\""', '"😀"', '"\\u0000"', '"\\/"'),
  fc.nat({ max: 99 }).map(String),
  fc.integer({ min: 0, max: 70 }).map((length) => `"${'x'.repeat(length)}"`),
)
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc
      .tuple(fc.array(tie('json'), { maxLength: 3 }), gap)
      .map(([items, space]) => `[${space}${items.join(`${space},`)}]`),
    fc.array(fc.tuple(key, gap, tie('json')), { maxLength: 4 }).map(objectOf),
  ),
}))

function objectOf(members: readonly (readonly [key: string, space: string, value: string])[]): string {
  return `{${members.map(([name, space, value]) => `${space}${name}${space}:${space}${value}${space}`).join(',')}}`
}

const field = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>) => fc.tuple(name, gap, value)
const type = field(
  fc.constantFrom('"type"', '"t\\u0079pe"'),
  fc.constantFrom('"x"', '"x"', '"x"', '""', '"\\u0000"', '"123456789"', '1'),
)
const timestamp = field(
  fc.constant('"timestamp"'),
  fc.constantFrom('1', '1', '1', '1.5', '-1', '8.64e15', '9e15', '"1"', '1e999'),
)
const data = field(fc.constantFrom('"data"', '"data"', '"d\\u0061ta"'), json)
const version = field(fc.constant('"version"'), fc.constantFrom('1', '0', '2147483647', '2147483648', '1.5', 'null'))
const other = field(key, json)
const element = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(type, timestamp, data).map((members) => objectOf(members)) },
  fc
    .shuffledSubarray([0, 1, 2, 3, 4, 5, 6])
    .chain((picked) =>
      fc
        .tuple(type, timestamp, data, version, other, data, type)
        .map((members) => objectOf(picked.map((at) => members[at] ?? members[0]))),
    ),
  json,
)
const frame = fc
  .tuple(fc.array(element, { maxLength: 4 }), gap, fc.option(other, { nil: undefined }), fc.boolean())
  .map(([elements, space, extra, twice]) => {
    const events = `${space}"events"${space}:${space}[${space}${elements.join(`${space},${space}`)}${space}]`
    const members = ['"t":"batch"', '"seq":1', '"pushed":99', ...(extra ? [objectOf([extra]).slice(1, -1)] : [])]
    return `${space}{${[...(twice ? ['"events":[{"data":1},2]'] : []), ...members, events].join(`,${space}`)}}${space}`
  })

function expectAlike(text: string): void {
  const decoded = decodeClientFrame(text)
  let isJson = true
  try {
    JSON.parse(text)
  } catch {
    isJson = false
  }
  expect(!decoded.ok && decoded.error.code === 'bad_json').toBe(!isJson)
  if (!decoded.ok || decoded.value.t !== 'batch') return
  const nodes = member(readNode(text, 0), 'events')?.items ?? []
  expect(decoded.value.events.map((received) => received.text)).toEqual(nodes.map((node) => node.text))
  for (const [at, received] of decoded.value.events.entries()) {
    if (isDrop(received.value)) continue
    const checked = checkEvent(received, limits)
    expect(checked.ok ? { json: checked.value.json } : checked.error.code).toEqual(judgeNaively(nodes[at] as Node))
  }
}

it('judges each event of a frame as a naive decoder does', () => {
  fc.assert(fc.property(frame, expectAlike), { numRuns: 2000 })
})

it('takes no more for JSON than JSON.parse does, cut off or changed anywhere', () => {
  const damaged = fc
    .tuple(frame, fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', ',', '\0', ']', 'x'))
    .map(([text, at, put]) => {
      const place = at % text.length
      return put === '' ? text.slice(0, place) : text.slice(0, place) + put + text.slice(place + 1)
    })
  fc.assert(fc.property(damaged, expectAlike), { numRuns: 2000 })
})

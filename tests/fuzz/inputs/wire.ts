/** Makes what a client may send: whole connections, frame by frame, and bodies; good ones, and in every other place damaged. */
import fc from 'fast-check'
import { damage, damaged, oddJson } from './damaged-json.ts'

/** Stand for what only whoever sends can know: see `filledIn`. */
const own = { session: '@session', proof: '@proof' }
const bystander = '@bystander'

/** @param known a session of the sender's own, and one that somebody else is on */
export const filledIn = (text: string, known: { session: string; proof: string; bystander: string }): string =>
  text.replaceAll('@session', known.session).replaceAll('@proof', known.proof).replaceAll(bystander, known.bystander)

const timestamp = fc.constantFrom(1_700_000_000_000, 0, 1.5, -1, 8.64e15)
const data = fc.oneof(
  { weight: 3, arbitrary: fc.record({ n: fc.integer() }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
)
const event = fc.record({ type: fc.constantFrom('a', 'a', 'é', 'with space', '__proto__'), timestamp, data })
const drop = fc.record({
  drop: fc.dictionary(fc.constantFrom('overflow', 'oversize', 'sampled'), fc.integer({ min: 1, max: 9 }), {
    minKeys: 1,
  }),
})

/** What stands beside an event or a drop, and holds from there on: values that fit, and some that don't. */
const said = fc.dictionary(
  fc.constantFrom('level', 'scene', 'player', '', '__proto__', '\ud800', 'k'.repeat(300)),
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('menu', 'é🚀', 7, -0.5, true, null) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom('\udc00', 'x'.repeat(3000), 'é'.repeat(3000)) },
  ),
  { maxKeys: 3 },
)
const sometimes = fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: said })
const element = fc
  .tuple(sometimes, sometimes, fc.oneof({ weight: 6, arbitrary: event }, { weight: 1, arbitrary: drop }))
  .map(([context, labels, one]) => ({ ...(context && { context }), ...(labels && { labels }), ...one }))

type Element = { readonly drop: Readonly<Record<string, number>> } | object

const spanOf = (one: Element): number =>
  'drop' in one ? Object.values(one.drop as Record<string, number>).reduce((sum, count) => sum + count, 0) : 1

const hello = fc.record(
  {
    session: fc.oneof(
      { weight: 19, arbitrary: fc.constant(own.session) },
      { weight: 1, arbitrary: fc.constant(bystander) },
    ),
    proof: fc.constant(own.proof),
    conn: fc.constantFrom(1, 1, 1, 2, 2 ** 40),
    next: fc.constantFrom(1, 1, 1, 1, 3),
    pushed: fc.constantFrom(0, 5, 100, 68_719_476_736),
    now: timestamp,
    key: fc.constantFrom('', 'key'),
    schema: fc.constantFrom('a'.repeat(9), '1'),
    meta: fc.record(
      { build: fc.constantFrom('1.0', ''), labels: fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['session', 'proof', 'conn', 'next', 'pushed', 'now'] },
)

interface Step {
  readonly elements: readonly Element[]
  /** Sequences beyond the last one that are told. */
  readonly ahead: number
  /** By how much its sequence is another than the next. */
  readonly jump: number
  readonly end: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  elements: fc.array(element, { maxLength: 5 }),
  ahead: fc.constantFrom(0, 0, 0, 2, 1000),
  jump: fc.constantFrom(0, 0, 0, 0, 0, 0, -1, -4, 1, 3),
  end: fc.constantFrom(false, false, false, false, true),
})

/** Batches of consecutive sequences, but where a step jumps. */
function batchesOf(steps: readonly Step[], start: number): object[] {
  let next = start
  return steps.map(({ elements, ahead, jump, end }) => {
    const seq = Math.max(1, next + jump)
    next = seq + elements.reduce((sum, one) => sum + spanOf(one), 0)
    return { t: 'batch', seq, pushed: next - 1 + ahead, events: elements, ...(end && { end }) }
  })
}

const maybeDamaged = <Good>(good: fc.Arbitrary<Good>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: good.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: fc.tuple(good, damage).map(([value, how]) => damaged(value, how)) },
    { weight: 1, arbitrary: oddJson },
  )

/** What one connection sends, after its hello where it has one. */
export interface Connection {
  readonly delivery: 'acked' | 'plain'
  readonly frames: readonly string[]
  /** Into how many fragments each frame is cut. */
  readonly fragments: number
  /** Which frame is sent as a binary one. */
  readonly binary: number
  /** How it goes: in order, or as if the network were cut. */
  readonly leaves: 'closes' | 'vanishes'
}

const ways = {
  fragments: fc.constantFrom(1, 1, 1, 1, 2, 5, 200),
  binary: fc.constantFrom(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 2),
  leaves: fc.constantFrom('closes' as const, 'vanishes' as const),
}

const acked: fc.Arbitrary<Connection> = fc
  .record({
    hello: maybeDamaged(hello.map((fields) => ({ t: 'hello', ...fields }))),
    steps: fc.array(step, { maxLength: 8 }),
    harms: fc.array(fc.tuple(fc.nat({ max: 8 }), damage), { maxLength: 2 }),
    others: fc.array(fc.tuple(fc.nat({ max: 8 }), fc.oneof(fc.constant('{"t":"ping"}'), oddJson)), { maxLength: 1 }),
    ...ways,
  })
  .map(({ hello: first, steps, harms, others, ...how }) => {
    const batches = batchesOf(steps, 1)
    const frames = batches.map((batch) => JSON.stringify(batch))
    for (const [at, harm] of harms) if (at < frames.length) frames[at] = damaged(batches[at], harm)
    for (const [at, other] of others) frames.splice(at, 0, other)
    return { delivery: 'acked', frames: [first, ...frames], ...how }
  })

const plainEvent = fc.record(
  {
    type: fc.constantFrom('a', 'b'),
    timestamp,
    data,
    id: fc.string(),
    level: fc.integer(),
    context: said,
    labels: said,
  },
  { requiredKeys: ['type'] },
)
const plainText: fc.Arbitrary<string> = fc.oneof(
  { weight: 15, arbitrary: maybeDamaged(fc.array(plainEvent, { maxLength: 6 })) },
  { weight: 10, arbitrary: fc.array(maybeDamaged(plainEvent), { maxLength: 6 }).map((lines) => lines.join('\n')) },
  { weight: 1, arbitrary: fc.tuple(oddJson, fc.nat({ max: 6000 })).map(([line, count]) => many(`${line}\n`, count)) },
)

const maxTextLength = 1_000_000
const many = (text: string, count: number): string =>
  text.repeat(Math.min(count, Math.ceil(maxTextLength / text.length)))

const plain: fc.Arbitrary<Connection> = fc
  .record({ frames: fc.array(plainText, { maxLength: 5 }), ...ways })
  .map((fields) => ({ delivery: 'plain', ...fields }))

export const connections: fc.Arbitrary<Connection> = fc.oneof(
  { weight: 4, arbitrary: acked },
  { weight: 1, arbitrary: plain },
)

/** A body that is posted. */
export interface Body {
  readonly method: 'POST' | 'PUT'
  readonly path: string
  readonly text: string
  readonly encoding: 'none' | 'gzip' | 'twice' | 'cut gzip' | 'not gzip' | 'unknown'
  /** Bytes that its sender says it has more than it has. */
  readonly lacks: number
  readonly headers: Readonly<Record<string, string>>
}

const ackedBody = fc
  .tuple(hello, step)
  .map(([fields, one]) => ({ ...fields, ...(batchesOf([one], fields.next)[0] as object), pushed: 68_719_476_736 }))

const telemetryBodies: fc.Arbitrary<Body> = fc.record({
  method: fc.constant('POST'),
  path: fc.constant('/telemetry'),
  text: fc.oneof({ weight: 3, arbitrary: maybeDamaged(ackedBody) }, { weight: 2, arbitrary: plainText }),
  encoding: fc.constantFrom('none', 'none', 'none', 'none', 'gzip', 'gzip', 'twice', 'cut gzip', 'not gzip', 'unknown'),
  lacks: fc.constantFrom(...Array<number>(29).fill(0), 1000),
  headers: fc.dictionary(
    fc.constantFrom('origin', 'authorization', 'content-type', 'host', 'x-forwarded-for', 'cookie', 'expect', 'te'),
    fc.constantFrom(
      'null',
      'http://127.0.0.1:1',
      'https://evil.example',
      'Bearer x',
      '',
      'a/b; c',
      '1',
      '100-continue',
    ),
    { maxKeys: 2 },
  ),
})

const question = '-- title: How many?\n-- answers: A number\n-- chart: table\nSELECT count(*) AS events FROM events\n'

/** Of the API, where a reader and whoever administers send JSON. */
const apiBodies: fc.Arbitrary<Body> = fc
  .oneof(
    maybeDamaged(fc.constant({ sql: 'SELECT 1' })).map(
      (text) => ({ method: 'POST', path: '/api/query', text }) as const,
    ),
    maybeDamaged(fc.constant({ token: 'x' })).map((text) => ({ method: 'POST', path: '/api/token', text }) as const),
    maybeDamaged(fc.constant({ text: question })).map(
      (text) => ({ method: 'PUT', path: '/api/questions/how-many', text }) as const,
    ),
  )
  .map((request) => ({ ...request, encoding: 'none', lacks: 0, headers: { 'content-type': 'application/json' } }))

export const bodies: fc.Arbitrary<Body> = fc.oneof(
  { weight: 9, arbitrary: telemetryBodies },
  { weight: 1, arbitrary: apiBodies },
)

/** What a server may say to a client. */
export const answers: fc.Arbitrary<string> = maybeDamaged(
  fc.oneof(
    fc.constant({
      t: 'welcome',
      ack: 0,
      window: 9,
      maxBatchBytes: 9,
      beatMs: 9,
      now: 9,
      totals: { dropped: {}, rejected: {} },
    }),
    fc.constant({ t: 'ack', seq: 3, totals: { dropped: { overflow: 1 }, rejected: { bad_event: 1 } }, rejected: [] }),
    fc.constant({ t: 'slow', retryAfterMs: 5 }),
    fc.constant({ t: 'beat' }),
  ),
)

/** Texts that one of the decoders is to read. */
export const texts: fc.Arbitrary<readonly string[]> = fc.oneof(
  connections.map(({ frames }) => frames),
  bodies.map(({ text }) => [text]),
  answers.map((text) => [text]),
  oddJson.map((text) => [text]),
)

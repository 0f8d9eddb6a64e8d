/** Writes expressions: calls of whatever function may be called, with arguments of its types, and what SQL has besides. */
import fc from 'fast-check'
import { type Kind, kinds, leaves, patterns, type TypedKind, types } from './sql-values.ts'

/** Of a function that may be called. */
export interface Signature {
  readonly name: string
  readonly isAggregate: boolean
  readonly parameters: readonly Kind[]
  readonly returns: Kind
}

export interface Expressions {
  readonly any: fc.Arbitrary<string>
  readonly bool: fc.Arbitrary<string>
  /** Calls of functions that are no aggregates. */
  readonly calls: fc.Arbitrary<string>
  readonly aggregates: fc.Arbitrary<string>
}

type ByKind = Record<Kind, fc.Arbitrary<string>>

const typedKinds = kinds.filter((kind): kind is TypedKind => kind !== 'any' && kind !== 'pattern')

export function expressionsOf(signatures: readonly Signature[]): Expressions {
  const scalars = signatures.filter(({ isAggregate }) => !isAggregate)
  const byKind: ByKind = fc.letrec<Record<Kind, string>>((tie) => {
    const ties = Object.fromEntries(kinds.map((kind) => [kind, tie(kind)])) as ByKind
    const typed = typedKinds.map((kind) => [kind, typedExpression(kind, scalars, ties)])
    return {
      ...(Object.fromEntries(typed) as Record<TypedKind, fc.Arbitrary<string>>),
      pattern: fc.constantFrom(...patterns),
      any: fc.oneof(...typedKinds.map((kind) => tie(kind))),
    }
  })
  const aggregates = fc
    .tuple(
      callOf(
        signatures.filter(({ isAggregate }) => isAggregate),
        byKind,
      ),
      byKind.any,
      fc.constantFrom('plain', 'plain', 'plain', 'distinct', 'ordered'),
    )
    .map(([text, order, how]) => {
      if (how === 'distinct') return text.replace('(', '(DISTINCT ')
      return how === 'ordered' ? text.replace(/\)$/, ` ORDER BY ${order} DESC NULLS FIRST)`) : text
    })
  return { any: byKind.any, bool: byKind.bool, calls: callOf(scalars, byKind), aggregates }
}

function typedExpression(kind: TypedKind, scalars: readonly Signature[], ties: ByKind): fc.Arbitrary<string> {
  const own = ties[kind]
  const fitting = scalars.filter(({ returns }) => returns === kind)
  const cast = fc
    .tuple(ties.any, fc.constantFrom(...types[kind]), fc.constantFrom('CAST', 'TRY_CAST'))
    .map(([value, type, how]) => `${how}(${value} AS ${type})`)
  const choice = fc
    .tuple(ties.bool, own, own)
    .chain(([test, one, other]) =>
      fc.constantFrom(`CASE WHEN ${test} THEN ${one} ELSE ${other} END`, `coalesce(${one}, ${other})`),
    )
  const special = specials[kind]?.(ties)
  return fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...leaves[kind]) },
    { weight: 5, arbitrary: callOf(fitting.length > 0 ? fitting : scalars, ties) },
    { weight: 1, arbitrary: cast },
    { weight: 1, arbitrary: choice },
    ...(special ? [{ weight: 2, arbitrary: special }] : []),
  )
}

const comparisons = ['=', '<', 'IS DISTINCT FROM', 'IN', 'AND', 'BETWEEN 1 AND', 'NOT IN', '>= ALL']

/** What no function is written for. */
const specials: Partial<Record<TypedKind, (ties: ByKind) => fc.Arbitrary<string>>> = {
  bool: ({ any, text, pattern }) =>
    fc.oneof(
      fc.tuple(any, any, fc.constantFrom(...comparisons)).map(([one, other, how]) => `(${one} ${how} (${other}))`),
      fc
        .tuple(text, pattern, fc.constantFrom('LIKE', 'ILIKE', 'NOT LIKE', 'SIMILAR TO', 'GLOB'))
        .map(([value, form, how]) => `(${value} ${how} ${form})`),
      any.map((value) => `(${value} IS NOT NULL)`),
    ),
  text: ({ text, int, json }) =>
    fc.oneof(
      fc.tuple(text, int, int).map(([value, from, to]) => `(${value})[${from}:${to}]`),
      fc
        .tuple(text, fc.constantFrom('NOCASE', 'NOACCENT', 'NFC', 'C', 'de'))
        .map(([value, name]) => `(${value} COLLATE ${name})`),
      json.map((value) => `(${value}->>'$.a[0]')`),
    ),
  int: ({ timestamp, list, int }) =>
    fc.oneof(
      fc
        .tuple(fc.constantFrom('year', 'epoch', 'isodow', 'microsecond', 'era', 'timezone'), timestamp)
        .map(([part, value]) => `extract(${part} FROM ${value})`),
      fc.tuple(list, int).map(([value, at]) => `(${value})[${at}]`),
    ),
  list: ({ list, int, any }) =>
    fc.oneof(
      fc.tuple(list, int, int, int).map(([value, from, to, step]) => `(${value})[${from}:${to}:${step}]`),
      fc.tuple(any, any).map((values) => `[${values}]`),
      any.map((value) => `ARRAY(SELECT ${value} FROM range(3))`),
    ),
  struct: ({ any }) => fc.tuple(any, any).map(([one, other]) => `{a: ${one}, "b c": ${other}}`),
  map: ({ any }) => fc.tuple(any, any).map(([key, value]) => `MAP {${key}: ${value}}`),
  timestamp: ({ timestamp, text, interval }) =>
    fc.oneof(
      fc.tuple(timestamp, text).map(([value, zone]) => `(${value} AT TIME ZONE ${zone})`),
      fc.tuple(timestamp, interval).map(([value, by]) => `(${value} + ${by})`),
    ),
  interval: ({ interval, double }) => fc.tuple(interval, double).map(([value, by]) => `(${value} * ${by})`),
  json: ({ json }) => json.map((value) => `(${value}->'a')`),
}

const callOf = (among: readonly Signature[], byKind: ByKind): fc.Arbitrary<string> =>
  fc
    .constantFrom(...among)
    .chain((signature) =>
      fc.tuple(...signature.parameters.map((kind) => byKind[kind])).map((args) => call(signature, args)),
    )

const isWord = /^\w+$/

/** An operator stands between its arguments, or before the only one. */
function call({ name }: Signature, args: readonly string[]): string {
  if (isWord.test(name)) return `${name}(${args.join(', ')})`
  return args.length === 1 ? `(${name} ${args[0]})` : `(${args.join(` ${name} `)})`
}

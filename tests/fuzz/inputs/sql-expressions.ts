/** Writes expressions of SQL: calls of whatever function may be called, with arguments of its types, and values in their midst. */
import fc from 'fast-check'
import { type Kind, kinds, leaves, patterns, type Signature, type TypedKind, types } from './sql-values.ts'

const isWord = /^\w+$/

/** An operator stands between its arguments, or before the only one. */
function call({ name }: Signature, args: readonly string[]): string {
  if (isWord.test(name)) return `${name}(${args.join(', ')})`
  return args.length === 1 ? `(${name} ${args[0]})` : `(${args.join(` ${name} `)})`
}

type ArbitraryOf = (kind: Kind) => fc.Arbitrary<string>

/** Calls of one among functions, each with arguments of its kinds. */
const callOf = (among: readonly Signature[], argument: ArbitraryOf): fc.Arbitrary<string> =>
  fc
    .constantFrom(...among)
    .chain((signature) => fc.tuple(...signature.parameters.map(argument)).map((args) => call(signature, args)))

export interface Expressions {
  readonly any: fc.Arbitrary<string>
  readonly bool: fc.Arbitrary<string>
  /** Of functions that take the values of one row. */
  readonly calls: fc.Arbitrary<string>
  /** Of functions that take those of many. */
  readonly aggregates: fc.Arbitrary<string>
}

export function expressionsOf(signatures: readonly Signature[]): Expressions {
  const scalars = signatures.filter(({ isAggregate }) => !isAggregate)
  const known = kinds.filter((kind) => kind !== 'any' && kind !== 'pattern')
  const expressions = fc.letrec<Record<Kind, string>>((tie) => ({
    ...(Object.fromEntries(known.map((kind) => [kind, typed(kind, scalars, tie)])) as Typed),
    pattern: fc.constantFrom(...patterns),
    any: fc.oneof(...known.map((kind) => tie(kind))),
  }))
  const argument: ArbitraryOf = (kind) => expressions[kind]
  return {
    any: expressions.any,
    bool: expressions.bool,
    calls: callOf(scalars, argument),
    aggregates: callOf(
      signatures.filter(({ isAggregate }) => isAggregate),
      argument,
    ),
  }
}

type Typed = Record<TypedKind, fc.Arbitrary<string>>

/** Expressions of one kind: plain values, calls that give it, casts, choices and, of the kind `bool`, comparisons. */
function typed(kind: TypedKind, scalars: readonly Signature[], tie: ArbitraryOf): fc.Arbitrary<string> {
  const fitting = scalars.filter(({ returns }) => returns === kind)
  const cast = fc
    .tuple(tie('any'), fc.constantFrom(...types[kind]), fc.constantFrom('CAST', 'TRY_CAST'))
    .map(([value, type, operator]) => `${operator}(${value} AS ${type})`)
  const choice = fc
    .tuple(tie('bool'), tie(kind), tie(kind))
    .chain(([test, one, other]) =>
      fc.constantFrom(`CASE WHEN ${test} THEN ${one} ELSE ${other} END`, `coalesce(${one}, ${other})`),
    )
  const comparison = fc
    .tuple(tie('any'), tie('any'), fc.constantFrom('=', '<', 'IS DISTINCT FROM', 'IN', 'AND', 'BETWEEN 1 AND'))
    .map(([one, other, operator]) => `(${one} ${operator} (${other}))`)
  return fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...leaves[kind]) },
    { weight: 5, arbitrary: callOf(fitting.length > 0 ? fitting : scalars, tie) },
    { weight: 1, arbitrary: cast },
    { weight: 1, arbitrary: choice },
    ...(kind === 'bool' ? [{ weight: 2, arbitrary: comparison }] : []),
  )
}

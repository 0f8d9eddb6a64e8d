/** Each question of the page, asked of the same sessions in DuckDB and in ClickHouse as the page asks it: one answer. */
import type { QueryResult, Question, SqlDialect } from '@downlink/collector'
import { beforeAll, expect, it } from 'vitest'
import { createLabels } from '../../packages/collector/src/query/labels.ts'
import { createQuestionLibrary } from '../../packages/collector/src/questions/question-library.ts'
import { answerOf } from '../../packages/collector/test/store-contract.ts'
import { clickhouse } from '../../packages/dashboard/src/dialect/clickhouse.ts'
import type { Dialect } from '../../packages/dashboard/src/dialect/dialect.ts'
import { duckdb } from '../../packages/dashboard/src/dialect/duckdb.ts'
import { bindQuestion } from '../../packages/dashboard/src/questions/bind-question.ts'
import { type Narrowing, narrowSql } from '../../packages/dashboard/src/questions/narrow-sql.ts'
import { loadFields, loadSchema, type Offers, offersOf } from '../../packages/dashboard/src/questions/offers.ts'
import { suggestPicks } from '../../packages/dashboard/src/questions/suggest-picks.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { openTwoStores } from './two-stores.ts'

const aDatabase = sharedClickHouse()

interface Asked {
  readonly dialect: Dialect
  readonly offers: Offers
  /** By type. */
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly questions: ReadonlyMap<string, Question>
  readonly query: (sql: string) => Promise<QueryResult>
}

let both: readonly Asked[]

async function questionsIn(dialect: SqlDialect): Promise<ReadonlyMap<string, Question>> {
  const library = createQuestionLibrary({ dialect, savedFolder: '/nowhere', validateSql: async () => {} })
  const { questions, problems } = await library.list()
  expect(problems).toEqual([])
  return new Map(questions.map((question) => [question.name, question]))
}

beforeAll(async () => {
  const { read, source, close } = await openTwoStores(await aDatabase())
  const sources = [
    { dialect: duckdb, labels: createLabels(read.readers), sandbox: read.sandbox },
    { dialect: clickhouse, labels: source.labels, sandbox: source.sandbox },
  ]
  both = await Promise.all(
    sources.map(async ({ dialect, labels, sandbox }) => {
      const ask = (sql: string) => answerOf({ sandbox }, sql)
      const query = (sql: string) => answerOf({ sandbox }, sql, 'players')
      const offers = offersOf(await labels.read(), await loadSchema(ask, dialect))
      const fields = new Map<string, readonly string[]>()
      for (const type of offers.types) fields.set(type, await loadFields(ask, type, dialect))
      return { dialect, offers, fields, query, questions: await questionsIn(dialect.name) }
    }),
  )
  return close
})

const all: Narrowing = { labels: new Map() }

async function ask(
  { dialect, offers, fields, questions, query }: Asked,
  name: string,
  picks: Readonly<Record<string, string>>,
  narrowing: Narrowing,
): Promise<QueryResult> {
  const question = questions.get(name)
  if (!question) throw new Error(`There is no question ${name}`)
  const given = new Map(Object.entries(picks))
  const bound = bindQuestion(
    question,
    suggestPicks(question, given, offers, (type) => fields.get(type) ?? []),
    dialect,
  )
  if (!bound.ok) throw new Error(`${name}: ${JSON.stringify([...bound.faults])}`)
  return query(narrowSql(bound.sql, narrowing, offers.schema, dialect))
}

const names = [
  ...['breakdown', 'clock-skew', 'delay', 'errors-by-build', 'frame-time', 'funnel', 'heat-map', 'rejections'],
  ...['retention', 'session-length', 'slowest-frames', 'volume'],
]

it('has the same questions in both dialects, about the same, with the same parameters', async () => {
  const [first, second] = both.map(({ questions }) => [...questions.values()].map(({ sql: _, ...header }) => header))
  expect(first?.map(({ name }) => name)).toEqual(names)
  expect(second).toEqual(first)
})

it('offers the same to pick from', async () => {
  const [first, second] = both
  const { schema: _, ...offers } = first?.offers ?? {}
  expect(second?.offers).toMatchObject(offers)
  const columns = (asked: Asked | undefined) =>
    [...(asked?.offers.schema.tables ?? [])]
      .filter(([table]) => ['events', 'sessions', 'rejected_events', 'label_history', 'ledgers'].includes(table))
      .flatMap(([table, own]) => own.map(({ name }) => `${table}.${name}`))
  const only = (one: readonly string[], other: readonly string[]) => one.filter((column) => !other.includes(column))
  expect(only(columns(second), columns(first))).toEqual([])
  expect(only(columns(first), columns(second))).toEqual([
    ...['sessions.error_events', 'sessions.first_event', 'sessions.last_event'],
  ])
})

const cases: readonly (readonly [name: string, picks: Readonly<Record<string, string>>, narrowing: Narrowing])[] = [
  ...names.map((name) => [name, {}, all] as const),
  ...names.map(
    (name) => [name, {}, { ...all, build: '1.4.2', from: '2026-01-05T10:00:30Z', to: '2026-01-12' }] as const,
  ),
  ...names.map((name) => [name, {}, { labels: new Map([['player', "o'hara \\ ü"]]) }] as const),
  [
    'volume',
    {},
    {
      from: '-3650d',
      labels: new Map([
        ['mode', 'easy'],
        ['player', 'ada'],
      ]),
    },
  ],
  ['breakdown', { field: 'x' }, all],
  ['breakdown', { event: "it's \\", field: 'x' }, all],
  ['delay', { step: '7d' }, all],
  ['delay', { step: '90s', without: 'player' }, all],
  ['volume', { step: '30d' }, all],
  ['volume', { step: '7s' }, all],
  ['funnel', { steps: 'round_started,player_died,error,round_ended' }, all],
  ['heat-map', { square: '12.5' }, all],
  ['frame-time', { frame_ms: '/odd.key/deep', device: 'player' }, all],
  ['frame-time', { frame_ms: 'none' }, all],
  ['slowest-frames', { rows: '3' }, all],
  ['session-length', { step: '7s', bars: '5' }, all],
  ['retention', { days: '1' }, all],
  ['retention', { player: 'gpu' }, all],
]

it.each(cases)('%s, picking %o, of %o', async (name, picks, narrowing) => {
  const [first, second] = await Promise.all(both.map((asked) => ask(asked, name, picks, narrowing)))
  expect(second?.columns.map((column) => column.name)).toEqual(first?.columns.map((column) => column.name))
  expect(second?.rows.map(rounded)).toEqual(first?.rows.map(rounded))
  const [chart] = [both[0]?.questions.get(name)?.chart]
  if (narrowing === all && Object.keys(picks).length === 0 && chart?.kind !== 'table')
    expect(first?.rows).not.toEqual([])
})

/** Where a value is half way between two, one rounds it up, and the other to the even digit. */
const rounded = (row: QueryResult['rows'][number]) =>
  row.map((value) => (typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1e6) / 1e6 : value))

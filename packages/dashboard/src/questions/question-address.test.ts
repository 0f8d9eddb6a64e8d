import { expect, it } from 'vitest'
import { duckdb } from '../dialect/duckdb.ts'
import { hrefOf, readAddress } from '../router.ts'
import { pickOfTypes, typesOf } from './bind-question.ts'
import { narrowSql } from './narrow-sql.ts'
import { type Asking, readAsking, writeAsking } from './question-address.ts'

const throughAddress = (asking: Asking, names: readonly string[]): Asking =>
  readAsking(readAddress(hrefOf({ view: 'questions', name: 'x', parameters: writeAsking(asking) })).parameters, names)

it('says all that was picked, and reads it back', () => {
  const asking: Asking = {
    picks: new Map([
      ['event', "it's & = #?"],
      ['steps', pickOfTypes(['a,b', '100%', 'c'])],
    ]),
    narrowing: { from: '-7d', build: '1.0', labels: new Map([['a.b', 'c=d']]) },
    against: { from: '-14d', to: '-7d', labels: new Map([['vs.x', 'y']]) },
  }
  expect(throughAddress(asking, ['event', 'steps'])).toEqual(asking)
  expect(typesOf(asking.picks.get('steps') ?? '')).toEqual(['a,b', '100%', 'c'])
  // Compared with everything.
  const wide: Asking = { picks: new Map(), narrowing: { labels: new Map() }, against: { labels: new Map() } }
  expect(throughAddress(wide, [])).toEqual(wide)
})

it('takes from an address only what the question has', () => {
  expect(readAsking({ other: '1', build: '2' }, ['event'])).toEqual({
    picks: new Map(),
    narrowing: { build: '2', labels: new Map() },
    against: undefined,
  })
})

const tables = new Map(
  Object.entries({
    events: ['session_id', 'corrected_ts'],
    sessions: ['session_id'],
    'odd name': ['session_id', 'corrected_ts'],
    ours: ['a'],
  }).map(([table, columns]) => [table, columns.map((name) => ({ name, type: 'VARCHAR' }))] as const),
)
const schema = { database: 'main', tables }
const ofBuild = { build: '1', labels: new Map() }

it('narrows what a query names, not what it says', () => {
  const narrowed = (sql: string) => narrowSql(sql, ofBuild, schema, duckdb)
  expect(narrowed("SELECT 'events' -- sessions\nFROM ours")).toBe("SELECT 'events' -- sessions\nFROM ours")
  expect(narrowed('FROM Events')).toMatch(
    /^WITH "events" AS NOT MATERIALIZED \(SELECT \* FROM main."events" WHERE .*\)\nFROM Events$/,
  )
  expect(narrowed('-- a\nwith recursive x AS (FROM sessions) FROM x')).toMatch(
    /^-- a\nwith recursive "sessions" AS NOT MATERIALIZED \(.*build = '1'\),\nx AS \(FROM sessions\) FROM x$/,
  )
  expect(() => narrowed('FROM "odd name"')).toThrow('The view "odd name" can\'t be narrowed')
})

it.each(['soon', '2026-13-01', "'; DROP", '-7w', ''])('takes %j for no time', (from) => {
  expect(() => narrowSql('FROM events', { from, labels: new Map() }, schema, duckdb)).toThrow('Expected a time such as')
})

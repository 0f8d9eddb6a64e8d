/** Our CSV in a database that knows nothing of us: every cell comes back, under its column. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInspectorExportArtifacts, type InspectorSummary, type Table } from '@downlink/artifacts'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'

const summary: InspectorSummary = {
  formatVersion: 1,
  generatedAt: 0,
  generatedIso: '1970-01-01T00:00:00.000Z',
  source: 'worldStateStore',
  game: { name: 'game', version: '1', seed: null, missionId: null },
}

function csvOf(table: Omit<Table, 'section'>): string {
  const [csv] = createInspectorExportArtifacts({ summary, tables: [{ section: 'a', ...table }] }, { formats: ['csv'] })
  return csv?.content as string
}

async function aDatabase() {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-csv-'))
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  onTestFinished(async () => {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  })
  let files = 0
  return async (csv: string, options = '') => {
    // DuckDB may remember what a file of this name had in it.
    const file = join(folder, `${++files}.csv`)
    await writeFile(file, csv)
    const reader = await connection.runAndReadAll(`SELECT * FROM read_csv('${file}'${options})`)
    return { columns: reader.columnNames(), types: reader.columnTypes().map(String), rows: reader.getRowsJson() }
  }
}

it('is understood without being told how, numbers as numbers', async () => {
  const read = await aDatabase()
  const columns = ['faction_name', 'cascade_count', 'score', 'is_hostile', 'occurred_iso', 'sources']
  const rows = [
    ['Red, "the Bold"', 3, -12.5, true, '2026-01-01T00:00:00.000Z', 'a|b'],
    ['=HYPERLINK("x")\r\nnext line', 0, 1e-7, false, '2026-01-02T00:00:00.000Z', null],
    ['🚀 née', 12, 0.5, true, '2026-01-03T00:00:00.000Z', ''],
  ]
  const result = await read(csvOf({ columns, rows }))
  expect(result.columns).toEqual(columns)
  expect(result.types).toEqual(['VARCHAR', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'TIMESTAMP WITH TIME ZONE', 'VARCHAR'])
  expect(result.rows.map(([name, count, score, hostile]) => [name, Number(count), score, hostile])).toEqual([
    ['Red, "the Bold"', 3, -12.5, true],
    [`'=HYPERLINK("x")\r\nnext line`, 0, 1e-7, false],
    ['🚀 née', 12, 0.5, true],
  ])
})

it('gives back every cell, and tells nothing from the empty string', async () => {
  const read = await aDatabase()
  // Left out: U+0000, where DuckDB ends a text, and CR, which it guesses at where LF stands beside it.
  const text = fc.string({
    unit: fc.constantFrom('"', ',', '\n', '=', '-', "'", ' ', '\t', 'a', ';', '🚀', 'é', '#'),
  })
  const row = fc.array(fc.oneof(text, fc.constantFrom(null, '')), { minLength: 3, maxLength: 3 })
  const columns = ['a', 'b', 'c']
  const options = `, header=true, all_varchar=true, delim=',', quote='"', escape='"', comment='', allow_quoted_nulls=false`
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
      const result = await read(csvOf({ columns, rows }), options)
      expect(result.rows).toEqual(rows.map((cells) => cells.map(shown)))
    }),
    { numRuns: 60 },
  )
})

it.each(['a\rb', 'a\r\nb', '\r', 'a\r', '\r\nb'])('gives back %j', async (cell) => {
  const read = await aDatabase()
  const rows = [
    ['x', cell, 'y'],
    ['z', 'z', 'z'],
  ]
  const { rows: found } = await read(csvOf({ columns: ['a', 'b', 'c'], rows }))
  expect(found).toEqual(rows.map((cells) => cells.map(shown)))
})

const shown = (cell: string | null): string | null => (cell !== null && /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell)

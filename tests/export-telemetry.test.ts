/** `npm run export-telemetry` on the reference game: the same bytes twice, and files that others' parsers read. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { ExportSummary } from '@downlink/cli'
import { DuckDBInstance } from '@duckdb/node-api'
import Papa from 'papaparse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { npmPath, runNode } from '../tools/node-tool.ts'

/** As documented for whoever reads the files. */
const documented = {
  'cascade-targets': [
    ...['row_type', 'faction_id', 'faction_name', 'cascade_count', 'last_source_faction_id'],
    ...['last_source_faction_name', 'new_attitude', 'occurred_at', 'occurred_iso', 'sources'],
  ],
  'tutorial-snapshots': [
    ...['event', 'timestamp', 'timestamp_iso', 'step_index', 'total_steps', 'step_id', 'step_title'],
    ...['completed_steps', 'metadata'],
  ],
  'tutorial-transcript': [
    ...['sequence', 'event', 'prompt_id', 'title', 'action', 'timestamp', 'timestamp_iso', 'follow_up_narrative'],
    'metadata',
  ],
  missions: ['mission_id', 'title', 'status', 'objective_id', 'objective_status', 'progress', 'target'],
} as const

const missions = ['cascade', 'tutorial'] as const
type Row = Readonly<Record<string, string | null>>

let folder: string
let exports: Readonly<Record<(typeof missions)[number], ExportSummary>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-export-'))
  const [cascade, tutorial] = [await exportMission('cascade', 'first'), await exportMission('tutorial', 'first')]
  exports = { cascade, tutorial }
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))

/** By the script, as the README has it. */
async function exportMission(mission: string, into: string): Promise<ExportSummary> {
  const flags = ['--mission', mission, '--seed', '7', '--now', '2026-01-01T00:00:00Z']
  const args = ['run', '--silent', 'export-telemetry', '--', ...flags, `--artifactDir=${join(folder, into, mission)}`]
  const { exitCode, output } = await runNode(npmPath(), args, { env: { CI: 'false', SOURCE_DATE_EPOCH: undefined } })
  expect(exitCode, output).toBe(0)
  return JSON.parse(output.split('\n').find((line) => line.startsWith('{"ok"')) ?? output)
}

it.each(missions)('%s: every file of the summary is there, with that size and hash', async (mission) => {
  const { ok, artifacts, failures } = exports[mission]
  expect({ ok, failures }).toEqual({ ok: true, failures: [] })
  for (const { path = '', bytes, sha256 } of artifacts) {
    const content = await readFile(path)
    expect(isAbsolute(path)).toBe(true)
    expect([content.byteLength, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256])
  }
  const sections = artifacts.map(({ filename }) => filename.replace(/^save-inspector-|-\d{8}T\d{6}Z/g, ''))
  expect(sections.sort()).toEqual([
    'cascade-targets.csv',
    'events.ndjson',
    'missions.csv',
    'summary.json',
    'tutorial-snapshots.csv',
    'tutorial-transcript.csv',
    'tutorial-transcript.md',
  ])
})

it('writes the same bytes again, here and elsewhere', async () => {
  const first = await filesIn('first')
  await exportMission('cascade', 'first')
  expect(await filesIn('first')).toEqual(first)
  await exportMission('cascade', 'second')
  await exportMission('tutorial', 'second')
  expect(await filesIn('second')).toEqual(first)
})

it.each(missions)('%s: two parsers read the same documented columns and rows', async (mission) => {
  for (const [section, columns] of Object.entries(documented)) {
    const path = fileOf(mission, `-${section}-`, '.csv')
    const byPapa = await readByPapa(path)
    expect(byPapa.columns, section).toEqual(columns)
    expect(byPapa.rows.length, section).toBeGreaterThan(0)
    expect(await readByDuckDB(path), section).toEqual(byPapa)
  }
})

it.each(missions)('%s: no documented column is empty in every row', async (mission) => {
  const empty: string[] = []
  for (const [section, columns] of Object.entries(documented)) {
    const { rows } = await readByPapa(fileOf(mission, `-${section}-`, '.csv'))
    for (const column of columns) if (rows.every((row) => row[column] === null)) empty.push(`${section}: ${column}`)
  }
  expect(empty).toEqual([])
})

it.each(missions)('%s: each line of the events is a telemetry event of the run, in order', async (mission) => {
  const lines = (await readFile(fileOf(mission, '-events-', '.ndjson'), 'utf8')).trimEnd().split('\n')
  const events: Record<string, unknown>[] = lines.map((line) => JSON.parse(line))
  const sessionId = events[0]?.sessionId
  expect(String(sessionId)).toContain(mission)
  for (const [at, event] of events.entries()) {
    expect(event).toMatchObject({ id: `${sessionId}:${at + 1}`, seq: at + 1, type: expect.stringMatching(/^[a-z_]+$/) })
  }
})

/** Path of the file whose name has both. */
function fileOf(mission: (typeof missions)[number], section: string, extension: string): string {
  const found = exports[mission].artifacts.find(
    ({ filename }) => filename.includes(section) && filename.endsWith(extension),
  )
  expect(found, `${section} of ${mission}`).toBeDefined()
  return found?.path ?? ''
}

async function filesIn(name: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file))
  const texts = await Promise.all(
    files.sort().map(async (path) => [path.slice(join(folder, name).length), await readFile(path, 'utf8')] as const),
  )
  return Object.fromEntries(texts)
}

interface Parsed {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

async function readByPapa(path: string): Promise<Parsed> {
  const { data, errors, meta } = Papa.parse<Record<string, string>>(await readFile(path, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  })
  expect(errors, path).toEqual([])
  const rows = data.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell || null])))
  return { columns: meta.fields ?? [], rows }
}

async function readByDuckDB(path: string): Promise<Parsed> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    const sql = 'FROM read_csv($path, header = true, all_varchar = true, strict_mode = true)'
    const result = await connection.runAndReadAll(sql, { path })
    return { columns: result.columnNames(), rows: result.getRowObjectsJson() as readonly Row[] }
  } finally {
    connection.closeSync()
  }
}

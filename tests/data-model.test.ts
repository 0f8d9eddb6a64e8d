/** The page of the data model against the database that a collector makes. */
import type { EventDefinitions } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { aClient, aCollector, aFolder, aHello, post } from '../packages/collector/test/harness.ts'
import { blocksOf, moduleOf, readPage } from './docs-page.ts'

const page = await readPage('data-model.md')
const rowsUnder = (heading: string) => page.find((each) => each.heading === heading)?.tables[0] ?? []
const viewHeading = 'A view for each event type'

interface Column {
  readonly relation: string
  readonly name: string
  readonly type: string
  readonly isNull: string
}

const headings = {
  events: 'events',
  sessions: 'sessions',
  rejected_events: 'rejected_events',
  label_history: 'label_history',
  ledgers: 'ledgers',
  player_died: viewHeading,
}
const documented: readonly Column[] = Object.entries(headings).flatMap(([relation, heading]) =>
  rowsUnder(heading).map(([name = '', type = '', isNull = '']) => ({
    relation,
    name: name.replaceAll('`', ''),
    type,
    isNull,
  })),
)

async function aDatabase() {
  const data = await aFolder()
  // Stored under no definitions, and so not what the later ones say.
  const before = await aCollector({ data })
  await post(before.listening, '[{"type":"player_died","data":{}},{"type":"player_died"}]')
  await before.stop()
  const [definitions = ''] = blocksOf(page, viewHeading, 'ts')
  const { gameEvents } = await moduleOf<{ gameEvents: EventDefinitions }>(definitions)
  const { listening } = await aCollector({ data, events: gameEvents })
  await post(listening, '[7]')
  const payload = { cause: 'fall', x: 1.5, floor: 3, killer: { id: 7 } }
  await post(listening, JSON.stringify([{ type: 'player_died', data: payload, version: 2, device: 'x' }, 7]))
  const client = await aClient(listening, aHello({ schema: 's', meta: { build: '1', labels: { player: 'ada' } } }))
  await client.hello()
  await client.batch(1, [{ type: 'player_died', timestamp: 1, data: payload }])
  await holds(listening, 4)
  return listening
}

async function query({ url }: { readonly url: string }, sql: string): Promise<readonly (readonly unknown[])[]> {
  const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
  const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
  const { error, rows } = await response.json()
  expect(error).toBeUndefined()
  return rows
}

const holds = (listening: { readonly url: string }, events: number) =>
  expect.poll(() => query(listening, 'SELECT count(*)::INT FROM events'), { timeout: 20_000 }).toEqual([[events]])

it('names every table, view, column and type that there is, and no other', async () => {
  const columns = `SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'main' ORDER BY ALL`
  const expected = documented.map(({ relation, name, type }) => [relation, name, type])
  expect(await query(await aDatabase(), columns)).toEqual(expected.sort())
})

it('says which columns can be null, and no other is', async () => {
  const listening = await aDatabase()
  for (const { relation, name, isNull } of documented) {
    const [[nulls] = []] = await query(listening, `SELECT count(*) FILTER ("${name}" IS NULL) FROM ${relation}`)
    expect([relation, name, Number(nulls) === 0 ? 'never' : isNull]).toEqual([relation, name, isNull])
  }
})

it('keeps digits as the page says', async () => {
  const { listening } = await aCollector()
  const [payload = ''] = blocksOf(page, 'Numbers', 'json')
  await post(listening, `[{"type":"x","timestamp":1,"data":${payload.trim()}}]`)
  await holds(listening, 1)
  const answers = rowsUnder('Numbers')
  expect(answers).toHaveLength(7)
  for (const [expression, answer] of answers.map((row) => row.map((cell) => cell.replaceAll('`', '')))) {
    const [[cell] = []] = await query(listening, `SELECT ${expression} FROM events`)
    expect([expression, String(cell)]).toEqual([expression, answer])
  }
})

it('dumps the columns that the page names', async () => {
  const { url } = await aDatabase()
  const firstLine = async (parameters: string) =>
    (await (await fetch(`${url}/api/dump?${parameters}`, { headers: { prefer: 'wait=60' } })).text()).split(
      '\n',
      1,
    )[0] ?? ''
  const namesOf = (relation: string) =>
    documented.filter((column) => column.relation === relation).map(({ name }) => name)
  expect((await firstLine('format=csv')).split(',')).toEqual(namesOf('events'))
  expect((await firstLine('format=csv&type=player_died')).split(',')).toEqual(namesOf('player_died'))
  const formats = page.find(({ heading }) => heading === 'Dumps')?.tables[1] ?? []
  const ndjson = formats.find(([what]) => what === 'columns')?.[3] ?? ''
  expect(Object.keys(JSON.parse(await firstLine('format=ndjson')))).toEqual(ndjson.replaceAll('`', '').split(', '))
})

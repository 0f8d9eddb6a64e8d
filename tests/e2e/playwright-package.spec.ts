/** The package in a user's own project: what a run of it leaves in its reports, and what its failures say. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from '@playwright/test'
import type { JSONReport, JSONReportSuite, JSONReportTestResult } from '@playwright/test/reporter'
import { runNode, toolPath } from '../../tools/node-tool.ts'

interface Attempt extends JSONReportTestResult {
  readonly title: string
  readonly project: string
}

let output: string
let attempts: readonly Attempt[]

test.describe.configure({ mode: 'serial' })

test.beforeAll(async () => {
  // A whole run, with a worker more for each failure.
  test.setTimeout(600_000)
  output = await mkdtemp(join(tmpdir(), 'downlink-nested-'))
  const config = join(import.meta.dirname, 'nested')
  const env = { NESTED_OUTPUT: output, NO_COLOR: '1', FORCE_COLOR: undefined }
  const run = await runNode(toolPath('@playwright/test', 'playwright'), ['test', '--config', config], { env })
  const report: JSONReport = JSON.parse(await readFile(join(output, 'report.json'), 'utf8').catch(() => '{}'))
  expect(report.errors, run.output).toEqual([])
  attempts = report.suites.flatMap(attemptsOf)
})

test.afterAll(() => rm(output, { recursive: true, force: true, maxRetries: 3 }))

function attemptsOf({ specs, suites = [] }: JSONReportSuite): Attempt[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests.flatMap(({ projectName, results }) => results.map((result) => ({ ...result, title, project: projectName }))),
  )
  return [...(own as Attempt[]), ...suites.flatMap(attemptsOf)]
}

/** Those of a test, by project and attempt. */
function attemptsAt(title: string): readonly Attempt[] {
  const found = attempts.filter((attempt) => attempt.title === title)
  expect(found.length, `attempts at "${title}"`).toBeGreaterThan(0)
  return found
}

const names = ({ attachments }: Attempt): readonly string[] =>
  attachments.map(({ name }) => name).filter((name) => !name.startsWith('_') && name !== 'error-context')

const notes = ({ annotations }: Attempt): readonly (string | undefined)[] =>
  annotations.filter(({ type }) => type === 'inspector telemetry').map(({ description }) => description)

/** Without the excerpt of the source, which begins at the first line with a number. */
const failures = ({ errors }: Attempt): readonly string[] =>
  errors.map(({ message = '' }) => stripVTControlCharacters(message).split(/\n\n? +\d+ \|/)[0] ?? '')

async function textOf(attempt: Attempt, name: string): Promise<string> {
  const attachment = attempt.attachments.find((each) => each.name === name)
  if (attachment?.body !== undefined) return Buffer.from(attachment.body, 'base64').toString()
  return readFile(attachment?.path ?? '', 'utf8')
}

/** Two of them were captured at once. */
const onDemand = [
  'mine-json-20260101T000000Z.json',
  'save-inspector-csv-20260101T000000Z.csv',
  'save-inspector-json-20260101T000000Z-2.json',
  'save-inspector-json-20260101T000000Z.json',
]

test('attaches artifacts under their own names, however often, in each project', async () => {
  const both = attemptsAt('captures on demand, twice')
  expect(both.map(({ project, status }) => ({ project, status }))).toEqual([
    { project: 'first', status: 'passed' },
    { project: 'second', status: 'passed' },
  ])
  for (const attempt of both) {
    expect(names(attempt).toSorted()).toEqual(onDemand)
    expect(await textOf(attempt, 'save-inspector-csv-20260101T000000Z.csv')).toBe('title\ncafé\n')
    expect(notes(attempt)).toEqual([])
  }
  const paths = both.flatMap(({ attachments }) => attachments.map(({ path }) => path))
  expect(new Set(paths).size).toBe(paths.length)
  const folders = (await readdir(join(output, 'results'))).filter((name) => name.includes('captures-on-demand'))
  for (const folder of folders) {
    expect((await readdir(join(output, 'results', folder, 'inspector'))).sort()).toEqual(onDemand)
  }
  expect(folders).toHaveLength(2)
})

test('captures an attempt that fails, with its events, rejections and ledger, and not the one that passes', async () => {
  const all = attemptsAt('captures when it fails, and passes the second time')
  expect(all.map(({ project, retry, status }) => ({ project, retry, status }))).toEqual([
    { project: 'first', retry: 0, status: 'failed' },
    { project: 'first', retry: 1, status: 'passed' },
    { project: 'second', retry: 0, status: 'failed' },
    { project: 'second', retry: 1, status: 'passed' },
  ])
  for (const attempt of all) {
    if (attempt.status === 'passed') {
      expect(names(attempt)).toEqual([])
      continue
    }
    expect(names(attempt)).toEqual([
      'telemetry-events.ndjson',
      'telemetry-rejected.ndjson',
      'telemetry-ledger.json',
      'save-inspector-json-20260101T000000Z.json',
      'save-inspector-csv-20260101T000000Z.csv',
    ])
    const [event, ...more] = (await textOf(attempt, 'telemetry-events.ndjson')).trimEnd().split('\n')
    expect(JSON.parse(event ?? '')).toMatchObject({ type: 'round_ended', seq: 1, data: { winner: 'red' } })
    expect(more).toEqual([])
    expect(JSON.parse(await textOf(attempt, 'telemetry-ledger.json'))).toMatchObject([
      { pushed: 2, stored: 1, rejected: { invalid_payload: 1 }, balanced: true },
    ])
  }
})

test('captures a test that passes where that is asked for, and none where nothing is', () => {
  const [always] = attemptsAt('captures a test that passes')
  expect(always).toMatchObject({ status: 'passed' })
  expect(always && names(always)).toEqual([
    'save-inspector-json-20260101T000000Z.json',
    'save-inspector-csv-20260101T000000Z.csv',
    'telemetry-events.ndjson',
    'telemetry-ledger.json',
    'kept-csv-20260101T000000Z.csv',
  ])
  const [never] = attemptsAt('captures nothing when it fails')
  expect(never).toMatchObject({ status: 'failed' })
  expect(never && [...names(never), ...notes(never)]).toEqual([])
})

test('notes on the test why there is nothing to capture', () => {
  const [attempt] = attemptsAt('has no game to capture')
  expect(attempt).toMatchObject({ status: 'passed' })
  expect(attempt && names(attempt)).toEqual([])
  expect(attempt && notes(attempt)).toEqual([
    'The page has no `globalThis.downlink.exportInspectorSummary` (no_inspector)',
    expect.stringMatching(/closed.* \(page_closed\)$/),
  ])
})

test('every attachment of ours is a file below the results, which a CI can upload', async () => {
  const own = attempts.flatMap((attempt) => {
    const wanted = names(attempt)
    return attempt.attachments.filter(({ name }) => wanted.includes(name))
  })
  expect(own.length).toBeGreaterThan(0)
  for (const { name, path, body } of own) {
    expect({ name, path, body }).toEqual({ name, path: expect.any(String), body: undefined })
    expect(relative(join(output, 'results'), path ?? '')).not.toMatch(/^\.\./)
    expect((await stat(path ?? '')).size).toBeGreaterThan(0)
  }
  expect(new Set(own.map(({ path }) => path)).size).toBe(own.length)
})

test('pages that hang cost their artifacts, and neither the events nor the end of the test', () => {
  const [attempt] = attemptsAt('ends by itself where its pages hang')
  expect(attempt && failures(attempt)).toHaveLength(1)
  expect(attempt).toMatchObject({ status: 'failed' })
  expect(attempt && names(attempt)).toEqual(['telemetry-events.ndjson', 'telemetry-ledger.json'])
  const why = 'its export hangs, its main thread is busy, or a dialog is open (export_timeout)'
  expect(attempt && notes(attempt)).toEqual(Array(3).fill(`The page did not answer within 3000 ms: ${why}`))
})

test('captures a game in a frame, and keeps what is whole of an export', () => {
  const [attempt] = attemptsAt('captures a game in a frame, and keeps what is whole of its export')
  expect(attempt).toMatchObject({ status: 'passed' })
  expect(attempt && names(attempt)).toEqual(['save-inspector-json-20260101T000000Z.json', 'whole.txt', 'whole-2.txt'])
  expect(attempt && notes(attempt)).toEqual([
    'Expected `artifacts[1].section` to be text, got undefined, and 1 more; 2 artifacts kept (bad_export)',
  ])
})

test('says how near the events came', () => {
  const [attempt] = attemptsAt('waits for events that are almost there')
  expect(attempt && failures(attempt)).toEqual([
    `Error: expect(telemetry).toHaveReceived(expected)

Expected: ship_destroyed {"team":"red","killerId":StringMatching</^red/>,"at":{"x":Any<Number>}} within 500 ms
Received: 3 events: ship_destroyed × 2, round_ended × 1
Nearest of 2:
  ship_destroyed #2 {"team":"red","killerId":"blue-7","at":{"x":2}}
    killerId: expected StringMatching</^red/>, received "blue-7"
  ship_destroyed #1 {"team":"blue","killerId":"red-1","at":{"x":1}}
    team: expected "red", received "blue"
Rejected: 1 event: invalid_payload × 1
  #3 invalid_payload: data.team: Expected "red" or "blue" in {"type":"ship_destroyed","data":{"team":"green","killerId":"red-1","at":{"x":1}}}`,
    `Error: expect(telemetry).toHaveReceivedTimes(expected)

Expected: 1 time ship_destroyed {"at":{"x":Any<Number>}} within 500 ms
Fitting: 2`,
    `Error: expect(telemetry).not.toHaveReceived(expected)

Expected: no round_ended {"winner":"blue"}
Received: #1 {"winner":"blue"}`,
  ])
})

test('says what to look at where nothing came', () => {
  const [attempt] = attemptsAt('waits where nothing comes')
  const silence = `Received: nothing. No page has connected:
  No page was opened by \`page\`, by \`context\`, or by a context that \`telemetry.instrument\` knows`
  expect(attempt && failures(attempt)).toEqual([
    `Error: expect(telemetry).toHaveReceived(expected)\n\nExpected: round_ended {} within 500 ms\n${silence}`,
    `Error: expect(telemetry).toBeBalanced(expected)\n\nExpected: balanced ledgers within 500 ms\n${silence}`,
  ])
})

test('the HTML report offers the attachments under their own names', async ({ page }) => {
  // As `playwright show-report` serves it: from a file, a browser heeds no `download` attribute.
  await page.route('http://report.test/**', (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ path: join(output, 'report', pathname) })
  })
  await page.goto('http://report.test/index.html')
  await page.getByRole('link', { name: 'captures on demand, twice' }).first().click()
  const links = page.locator('a[download]')
  await expect(links).toHaveCount(onDemand.length)
  expect((await links.allTextContents()).sort()).toEqual(onDemand)
  for (const link of await links.all()) {
    expect(await link.getAttribute('download')).toBe(await link.textContent())
  }
  const [download] = await Promise.all([page.waitForEvent('download'), links.nth(1).click()])
  expect(download.suggestedFilename()).toBe('save-inspector-csv-20260101T000000Z.csv')
})

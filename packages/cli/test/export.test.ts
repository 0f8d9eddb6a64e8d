import { readFile, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { WorldStateStore } from '@downlink/world-state'
import { createFactionSlice, createMissionSlice, createTutorialSlice } from '@downlink/world-state/slices'
import { expect, it } from 'vitest'
import { contentsOf, expectFilesOf, patrol, runExport } from './export-harness.ts'
import { fixture, freshFolder, run } from './run-command.ts'

const names = [
  'summary-20260101T000001Z.json',
  'cascade-targets-20260101T000001Z.csv',
  'tutorial-snapshots-20260101T000001Z.csv',
  'missions-20260101T000001Z.csv',
  'tutorial-transcript-20260101T000001Z.csv',
  'tutorial-transcript-20260101T000001Z.md',
  'events-20260101T000001Z.ndjson',
]

it('writes every artifact, and says so in one line of JSON', async () => {
  const folder = freshFolder()
  const { exitCode, stdout, stderr, summary } = await runExport([...patrol, '--artifactDir', folder])
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toBe(`${JSON.stringify(summary)}\n`)
  expect(Object.keys(summary)).toEqual(['ok', 'artifacts', 'writers', 'publish', 'failures'])
  expect(summary).toMatchObject({
    ok: true,
    writers: [{ id: 'file-system', attempted: names.length, successes: names.length, failures: 0 }],
    publish: { ok: true, status: 'dry-run', manifest: join(folder, 'ci-artifacts.json') },
    failures: [],
  })
  expect(summary.artifacts.map(({ filename }) => filename)).toEqual(names.map((name) => `save-inspector-${name}`))
  expect(summary.artifacts.map(({ path }) => path)).toEqual(names.map((name) => join(folder, `save-inspector-${name}`)))
  await expectFilesOf(summary)
  expect(stderr).toContain('patrol 1.2.3, mission patrol, seed 1, from 2026-01-01T00:00:00.000Z')
  expect(stderr).toContain("played 0:01 of the game's time, 10 ticks")
})

it('writes the same bytes for the same mission, seed and time: again, and elsewhere', async () => {
  const [here, there] = [freshFolder(), freshFolder()]
  const seeded = [...patrol, '--seed', '7']
  await runExport([...seeded, '--artifactDir', here])
  const first = await contentsOf(here)
  const again = await runExport([...seeded, '--artifactDir', here])
  expect(again.summary.artifacts).toHaveLength(names.length)
  expect(await contentsOf(here)).toEqual(first)
  await runExport([...seeded, '--artifactDir', there])
  expect(await contentsOf(there)).toEqual(first)
  expect(Object.keys(first)).toHaveLength(names.length + 1)
  await runExport([...patrol, '--seed', '8', '--artifactDir', there])
  expect(Object.values(await contentsOf(there))).not.toEqual(Object.values(first))
})

it('takes relative paths from where it is called, and answers with absolute ones', async () => {
  const folder = freshFolder()
  const relative = join('..', '..', '..', '..', '..', '..', '..', '..', folder)
  const { summary } = await runExport([...patrol, '--artifactDir', relative])
  expect(summary.artifacts.every(({ path }) => isAbsolute(path ?? ''))).toBe(true)
  await expectFilesOf(summary)
})

it('compresses the files, and says what lies there', async () => {
  const { exitCode, summary } = await runExport([...patrol, '--compress', '--artifactDir', freshFolder()])
  expect(exitCode).toBe(0)
  expect(summary.artifacts.every(({ path }) => path?.endsWith('.gz'))).toBe(true)
  await expectFilesOf(summary)
})

it('keeps the summary in a file, too', async () => {
  const folder = freshFolder()
  const file = join(folder, 'deep', 'summary.json')
  await runExport([...patrol, '--artifactDir', folder, '--summary', file])
  const { stdout } = await runExport([...patrol, '--artifactDir', folder, '--summary', file])
  expect(await readFile(file, 'utf8')).toBe(stdout)
  const { exitCode, summary } = await runExport([...patrol, '--artifactDir', folder, '--summary', join(file, 'x')])
  expect(exitCode).toBe(1)
  expect(summary).toMatchObject({ ok: false, failures: [{ stage: 'summary', code: 'summary_not_written' }] })
  expect(summary.artifacts).toHaveLength(names.length)
})

it('says whatever it was given to writers and publisher, as data', async () => {
  const folder = freshFolder()
  const metadata = join(folder, 'manifest.json')
  const context = ['--context', 'a=b=c', '--context', '__proto__=x', '--context', 'empty=']
  const { exitCode } = await runExport([...patrol, ...context, '--artifactDir', folder, '--metadata', metadata])
  expect(exitCode).toBe(0)
  const manifest = JSON.parse(await readFile(metadata, 'utf8'))
  expect(Object.entries(manifest.context)).toEqual([
    ['__proto__', 'x'],
    ['a', 'b=c'],
    ['empty', ''],
  ])
})

it('exports the world of a snapshot, and plays on in it only when told to', async () => {
  const folder = freshFolder()
  const file = join(folder, 'slot.json')
  const store = new WorldStateStore({ slices: [createFactionSlice(), createTutorialSlice(), createMissionSlice()] })
  store.dispatch('mission:registered', { missionId: 'saved', title: 'Saved', objectives: [], timestamp: 1 })
  const snapshot = store.snapshot()
  await writeFile(file, JSON.stringify(snapshot))
  const missionsAfter = async (...args: string[]): Promise<string | undefined> => {
    const out = freshFolder()
    const given = [...patrol, '--formats', 'csv', '--snapshot', file, '--artifactDir', out, ...args]
    const { exitCode, summary, stderr } = await runExport(given)
    expect(exitCode, stderr).toBe(0)
    const { path = '' } = summary.artifacts.find(({ filename }) => filename.includes('missions')) ?? {}
    return (await readFile(path, 'utf8')).split('\n').slice(1, -1).join(';')
  }
  expect(await missionsAfter()).toBe('saved,Saved,registered,,,,')
  await writeFile(file, JSON.stringify({ formatVersion: 1, savedAt: 1, game: {}, snapshot }))
  expect(await missionsAfter('--ticks', '1')).toBe(
    'saved,Saved,registered,,,,;patrol,Patrol,registered,look,pending,0,2',
  )
})

it('says why it can not take a snapshot', async () => {
  const folder = freshFolder()
  const file = join(folder, 'slot.json')
  const failuresWith = async (text: string) => {
    await writeFile(file, text)
    const { exitCode, summary } = await runExport([...patrol, '--snapshot', file, '--artifactDir', join(folder, 'out')])
    expect(exitCode).toBe(1)
    expect(summary).toMatchObject({ ok: false, artifacts: [], publish: null })
    return summary.failures
  }
  const newer = await failuresWith('{"formatVersion":99,"slices":{}}')
  expect(newer).toMatchObject([{ stage: 'game', code: 'snapshot_refused' }])
  expect(newer[0]?.message).toContain('newer_format')
  const corrupt = await failuresWith('{"formatVersion":1')
  expect(corrupt).toMatchObject([{ stage: 'game', code: 'bad_snapshot' }])
  expect(corrupt[0]?.message).toContain(`${file} is not JSON`)
  const missing = await runExport([...patrol, '--snapshot', join(folder, 'none.json')])
  expect(missing).toMatchObject({ exitCode: 1, summary: { failures: [{ stage: 'game', code: 'bad_snapshot' }] } })
  expect(missing.stderr).toContain('none.json')
})

it('says what a game module lacks', async () => {
  const { exitCode, summary, stderr } = await runExport(['--game', fixture('game.ts')])
  expect(exitCode).toBe(1)
  expect(summary.failures).toMatchObject([{ stage: 'game', code: 'bad_module' }])
  for (const member of ['missions', 'createMission']) expect(stderr).toContain(`\`${member}\``)
})

it('has help, which is no summary', async () => {
  const { exitCode, stdout, stderr } = await run(['export', '--help'])
  expect(exitCode).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).toContain('Usage: downlink export [options]')
  expect(stdout).toContain('Examples:\n  downlink export')
  expect((await run(['help', 'export'])).stdout).toBe(stdout)
})

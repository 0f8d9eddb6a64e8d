/** Modules that end the process, or never finish loading: the command says so, and fails. */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import { expectFilesOf, patrol, runExport, startExport, summaryIn } from './export-harness.ts'
import { fixture, freshFolder, run } from './run-command.ts'

const ending = (mission: string): string[] => ['--game', fixture('ending-game.mjs'), '--mission', mission]

describe('an export', () => {
  it.each([
    ['exit', 'process_ended', 'with code 0'],
    ['really-exit', 'process_ended', 'with code 0'],
    ['abort', 'process_ended', /SIGABRT|code/],
    ['kill', 'process_ended', /SIGKILL|code/],
    ['timer', 'process_ended', 'with code 0'],
    ['promise', 'process_ended', 'with code 0'],
    ['as-if-started-by-others', 'process_ended', 'with code 0'],
    ['disconnect', 'process_ended', 'with code'],
    ['rejection', 'game_failed', 'no such ship'],
  ])('of a game that ends its process (%s) exits with 1 and says why', async (mission, code, reason) => {
    const summaryFile = join(freshFolder(), 'summary.json')
    const ticks = mission === 'rejection' ? '1' : '100000'
    const args = [...ending(mission), '--ticks', ticks, '--summary', summaryFile, '--artifactDir', freshFolder()]
    const { exitCode, summary, stderr, stdout } = await runExport(args)
    expect(exitCode, stderr).toBe(1)
    expect(summary).toMatchObject({ ok: false })
    const failure = summary.failures.find((each) => each.code === code)
    expect(failure?.message, stdout).toMatch(reason)
    expect(JSON.parse(await readFile(summaryFile, 'utf8'))).toEqual(summary)
  })

  it.each([
    ['quitting-module.mjs', 'process_ended', 'with code 0'],
    ['waiting-module.mjs', 'game_failed', 'can no longer happen'],
    ['throwing-module.mjs', 'bad_module', 'no text was thrown'],
  ])('of the game %s exits with 1 and says why', async (module, code, reason) => {
    const { exitCode, summary } = await runExport(['--game', fixture(module)])
    expect(exitCode).toBe(1)
    expect(summary.failures).toMatchObject([{ code, message: expect.stringContaining(reason) }])
  })

  it('of a game that ends its process once all is written lists the files', async () => {
    const { exitCode, summary } = await runExport([...patrol, '--mission', 'leaving', '--artifactDir', freshFolder()])
    expect(exitCode).toBe(1)
    expect(summary.failures).toMatchObject([{ code: 'process_ended' }])
    expect(summary.artifacts).toHaveLength(7)
    await expectFilesOf(summary)
  })

  it('of a game that goes to another folder writes where the command was called', async () => {
    const folder = freshFolder()
    const names = ['--artifactDir', relative('.', folder), '--summary', relative('.', join(folder, 'summary.json'))]
    const { exitCode, summary, stderr } = await runExport([...patrol, '--mission', 'wandering', ...names])
    expect(exitCode, stderr).toBe(0)
    expect(summary.artifacts.map(({ path = '' }) => dirname(path))).toEqual(Array<string>(7).fill(folder))
    expect(JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'))).toEqual(summary)
  })

  it.each([
    ['hung', 'hangs'],
    ['waiting', 'waits'],
  ])('of a game that hears nothing (%s) is ended by one signal, with a summary', async (mission, sign) => {
    const command = startExport([...patrol, '--mission', mission, '--artifactDir', freshFolder()])
    await command.shows(sign)
    command.child.kill('SIGTERM')
    expect(await command.exitCode).toBe(130)
    expect(summaryIn(command.stdout()).failures).toMatchObject([{ code: 'interrupted' }])
  })

  it('of a game that holds its process is ended sooner by a second signal', async () => {
    const command = startExport(['--game', fixture('mission-game.ts'), '--mission', 'hung'])
    await command.shows('hangs')
    command.child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 400))
    command.child.kill('SIGINT')
    expect(await command.exitCode).toBe(130)
    expect(summaryIn(command.stdout()).failures).toMatchObject([{ code: 'interrupted' }])
  })
})

describe.each([
  ['serve', ['serve', '--port', '0', '--schema']],
  ['demo', ['demo', '--port', '0', '--duration', '1', '--game']],
])('%s', (name, args) => {
  it.each([
    ['quitting-module.mjs', 'process_ended'],
    ['waiting-module.mjs', 'can no longer happen'],
    ['throwing-module.mjs', 'no text was thrown'],
  ])('with the module %s exits with 1 and says why', async (module, reason) => {
    const data = name === 'serve' ? ['--data', freshFolder()] : []
    const { exitCode, stdout, stderr } = await run([...args, fixture(module), ...data])
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(reason)
  })
})

it('a folder that hangs holds no export for longer than --timeoutMs a step', async (context) => {
  const folder = aHungFolder(context)
  const summaryFile = join(folder, 'summary.json')
  const args = [...patrol, '--artifactDir', join(folder, 'out'), '--timeoutMs', '500', '--summary', summaryFile]
  const { exitCode, summary } = await runExport(args)
  expect(exitCode).toBe(1)
  expect(summary.failures.map(({ stage, code }) => `${stage}:${code}`)).toEqual([
    'write:write_timeout',
    ...Array<string>(6).fill('write:writer_stuck'),
    'publish:manifest_not_written',
    'summary:summary_not_written',
  ])
})

const hung: { readonly folder: string; readonly device: number }[] = []

// Before their folders are removed, which would wait, too: hooks run last come, first served.
afterEach(() => {
  for (const { folder, device } of hung.splice(0)) {
    spawnSync('umount', ['-l', folder])
    closeSync(device)
  }
})

/** A file system in user space whose server never answers: whatever is asked of it waits. */
function aHungFolder(context: TestContext): string {
  const folder = freshFolder()
  const mayMount = process.getuid?.() === 0 && existsSync('/dev/fuse')
  if (!mayMount) context.skip('a folder that hangs needs /dev/fuse, which only root can mount')
  const device = openSync('/dev/fuse', 'r+')
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0'
  const args = ['-i', '-t', 'fuse', '-o', options, 'none', folder]
  const { status } = spawnSync('mount', args, { stdio: ['ignore', 'ignore', 'ignore', device] })
  if (status !== 0) closeSync(device)
  if (status !== 0) context.skip('a folder that hangs needs /dev/fuse, which only root can mount')
  hung.push({ folder, device })
  return folder
}

it('a file that hangs holds no export for longer than --timeoutMs', async (context) => {
  const pipe = join(freshFolder(), 'pipe')
  if (spawnSync('mkfifo', [pipe]).status !== 0) context.skip('a file that hangs is a named pipe, which needs mkfifo')
  const folder = freshFolder()
  const github = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: pipe, GITHUB_STEP_SUMMARY: pipe }
  const args = [...patrol, '--artifactDir', folder, '--timeoutMs', '500']
  const told = await runExport(args, github)
  expect(told.exitCode).toBe(1)
  expect(told.summary.failures.map(({ code }) => code)).toEqual(['provider_not_told', 'provider_not_told'])
  expect(existsSync(told.summary.publish?.manifest ?? '')).toBe(true)
  const read = await runExport([...args, '--snapshot', pipe])
  expect(read.exitCode).toBe(1)
  expect(read.summary.failures).toMatchObject([{ code: 'bad_snapshot', message: expect.stringContaining('500 ms') }])
})

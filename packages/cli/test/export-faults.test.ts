/** Exports that something goes wrong with, by the built command: results stay honest, files stay whole. */
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it, type TestContext, vi } from 'vitest'
import type { ExportSummary } from '../src/export/summary.ts'
import { expectFilesOf, patrol, runExport, startExport, summaryIn } from './export-harness.ts'
import { bin, fixtureUrl, freshFolder } from './run-command.ts'

const codesOf = ({ failures }: ExportSummary): string[] => failures.map(({ stage, code }) => `${stage}:${code}`)

/** A command for CI: a script of a line, in Node. */
const ciCommand = (script: string): readonly string[] => [
  '--noDryRun',
  '--ciCommand',
  JSON.stringify([process.execPath, '-e', script, '{manifest}']),
]

const disks: string[] = []

// Before their folders are removed: hooks run last come, first served.
afterEach(() => {
  for (const disk of disks.splice(0)) spawnSync('umount', ['-l', disk])
})

/** A folder on a disk of its own, with these mount options. */
function aDisk(context: TestContext, options: string): string {
  const folder = freshFolder()
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) {
    context.skip('a disk of its own needs a tmpfs, which only root can mount')
  }
  disks.push(folder)
  return folder
}

it('has a folder that is a file', async () => {
  const file = join(freshFolder(), 'file')
  await writeFile(file, '')
  const { exitCode, summary } = await runExport([...patrol, '--formats', 'json', '--artifactDir', file])
  expect(exitCode).toBe(1)
  expect(summary).toMatchObject({ ok: false, artifacts: [], writers: [{ attempted: 1, successes: 0, failures: 1 }] })
  expect(codesOf(summary)).toContain('write:bad_folder')
})

it('has a folder that may not be written to', async (context) => {
  const isRoot = process.getuid?.() === 0
  if (process.platform === 'win32') context.skip('Windows has no read-only folders')
  const folder = isRoot ? aDisk(context, 'ro') : freshFolder()
  if (!isRoot) chmodSync(folder, 0o555)
  const { exitCode, summary, stderr } = await runExport([...patrol, '--artifactDir', folder])
  expect(exitCode).toBe(1)
  expect(summary).toMatchObject({ ok: false, artifacts: [], writers: [{ successes: 0, failures: 7 }] })
  expect(codesOf(summary)).toEqual([...Array<string>(7).fill('write:not_writable'), 'publish:manifest_not_written'])
  expect(stderr).toContain('manifest')
})

it('has a full disk, and leaves no piece of a file there', async (context) => {
  const folder = aDisk(context, 'size=64k')
  await writeFile(join(folder, 'ballast'), Buffer.alloc(56_000))
  const { exitCode, summary } = await runExport([...patrol, '--artifactDir', folder])
  expect(exitCode).toBe(1)
  expect(codesOf(summary)).toContain('write:disk_full')
  await expectFilesOf(summary)
  const manifest = summary.publish?.manifest === undefined ? [] : ['ci-artifacts.json']
  const whole = ['ballast', ...manifest, ...summary.artifacts.map(({ filename }) => filename)]
  expect((await readdir(folder)).sort()).toEqual(whole.sort())
})

it('has a file system that refuses to sync and to link: all is written, with one warning', async () => {
  const folder = freshFolder()
  const args = [...patrol, '--artifactDir', folder, '--summary', join(folder, 'summary.json')]
  const { exitCode, summary, stderr } = await runExport(args, { NODE_OPTIONS: `--import=${fixtureUrl('no-sync.mjs')}` })
  expect(exitCode, stderr).toBe(0)
  expect(summary.artifacts).toHaveLength(7)
  await expectFilesOf(summary)
  expect(await readdir(folder)).toHaveLength(9)
  expect(stderr.match(/may not outlive a power cut/g)).toHaveLength(1)
})

it('puts the files where the context says, below its folder, and nowhere else', async () => {
  const folder = freshFolder()
  const below = await runExport([
    ...patrol,
    '--artifactDir',
    folder,
    '--context',
    'artifactDir=run-7',
    '--formats',
    'json',
  ])
  expect(below.exitCode, below.stderr).toBe(0)
  expect(below.summary.artifacts.map(({ path }) => path)).toEqual([expect.stringContaining(join(folder, 'run-7'))])
  const outside = await runExport([
    ...patrol,
    '--artifactDir',
    folder,
    '--context',
    'artifactDir=../up',
    '--formats',
    'json',
  ])
  expect(outside.exitCode).toBe(1)
  expect(codesOf(outside.summary)).toContain('write:bad_folder')
})

it('has nothing for a format that was asked for: 1, and why; the other formats are there', async () => {
  const args = [...patrol, '--mission', 'bare', '--artifactDir', freshFolder(), '--formats', 'json,csv,transcript-md']
  const { exitCode, summary, stderr } = await runExport(args)
  expect(exitCode).toBe(1)
  expect(codesOf(summary)).toEqual(['export:nothing_to_write', 'export:nothing_to_write'])
  expect(summary.artifacts).toHaveLength(1)
  expect(stderr).toContain('The game has nothing to write as csv.')
})

it('has a command that fails: the files are there, and --failOn decides', async () => {
  const folder = freshFolder()
  const args = [...patrol, '--artifactDir', folder, ...ciCommand('process.exit(3)')]
  const strict = await runExport(args)
  expect(strict.exitCode).toBe(1)
  expect(codesOf(strict.summary)).toEqual(['publish:command_failed'])
  await expectFilesOf(strict.summary)
  const lenient = await runExport([...args, '--fail-on=write'])
  expect(lenient).toMatchObject({ exitCode: 0, summary: { ok: false, publish: { status: 'failed' } } })
})

it('has a command that hangs, and ends it at its time limit', async () => {
  const hung = ciCommand('setInterval(() => {}, 1000)')
  const { exitCode, summary } = await runExport([
    ...patrol,
    '--artifactDir',
    freshFolder(),
    ...hung,
    '--timeoutMs',
    '2000',
  ])
  expect(exitCode).toBe(1)
  expect(codesOf(summary)).toEqual(['publish:command_timeout'])
  await expectFilesOf(summary)
})

it('has a command that prints: stdout is for the providers’ own lines and the summary', async () => {
  const { exitCode, stdout, summary } = await runExport([
    ...[...patrol, '--artifactDir', freshFolder()],
    ...ciCommand('console.log("to stdout"); console.error("to stderr")'),
  ])
  expect(exitCode).toBe(0)
  expect(summary.publish).toMatchObject({ provider: 'commands', status: 'published' })
  expect(stdout).toBe(`${JSON.stringify(summary)}\n`)
})

it('says the CI’s own lines before the summary', async () => {
  const azure = { CI: '', TF_BUILD: 'True', SYSTEM_JOBDISPLAYNAME: 'job', BUILD_BUILDID: '1' }
  const { exitCode, stdout, summary } = await runExport([...patrol, '--artifactDir', freshFolder()], azure)
  expect(exitCode).toBe(0)
  expect(summary.publish).toMatchObject({ provider: 'azure', ok: true })
  const lines = stdout.trimEnd().split('\n').slice(0, -1)
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(line).toMatch(/^##vso\[/)
})

it('is told to end while it plays: no file, and 130', async () => {
  const folder = freshFolder()
  const command = startExport([...patrol, '--mission', 'endless', '--ticks', '100000000', '--artifactDir', folder])
  await command.shows('patrol 1.2.3')
  command.child.kill('SIGINT')
  expect(await command.exitCode).toBe(130)
  const summary = summaryIn(command.stdout())
  expect(codesOf(summary)).toEqual(['play:interrupted'])
  expect(await readdir(folder)).toEqual([])
})

it('is told to end while a command runs: every file is whole, and the command has gone', async () => {
  const folder = freshFolder()
  const pidFile = join(folder, 'pid')
  const script = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`
  const out = join(folder, 'out')
  const command = startExport([...patrol, '--artifactDir', out, ...ciCommand(script)])
  const pid = await vi.waitFor(async () => {
    const text = await readFile(pidFile, 'utf8')
    expect(text).not.toBe('')
    return Number(text)
  }, 10_000)
  command.child.kill('SIGTERM')
  expect(await command.exitCode).toBe(130)
  const summary = summaryIn(command.stdout())
  expect(codesOf(summary)).toContain('publish:aborted')
  expect(summary.publish).toMatchObject({ provider: 'commands', manifest: join(out, 'ci-artifacts.json') })
  expect(summary.publish?.commands.map(({ status }) => status)).toEqual(['aborted'])
  expect(summary.artifacts).toHaveLength(7)
  await expectFilesOf(summary)
  expect(await readdir(out)).toHaveLength(8)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

it('has a reader that goes before the end', async () => {
  const folder = freshFolder()
  const command = startExport([...patrol, '--artifactDir', folder])
  command.child.stdout?.destroy()
  expect(await command.exitCode, command.stderr()).toBe(0)
  expect(command.stderr()).not.toContain('EPIPE')
  expect(await readdir(folder)).toHaveLength(8)
})

it('has a stdout that takes nothing', async (context) => {
  if (!existsSync('/dev/full')) context.skip('there is no /dev/full here')
  const full = openSync('/dev/full', 'w')
  const stdio = ['ignore', full, 'pipe'] as const
  const args = ['export', ...patrol, '--artifactDir', freshFolder()]
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { stdio: [...stdio], encoding: 'utf8' })
  closeSync(full)
  expect(status).toBe(1)
  expect(stderr).toContain('error: ENOSPC')
})

it('has a game that leaves a rejection to nobody', async () => {
  const { exitCode, summary } = await runExport([...patrol, '--mission', 'stray', '--artifactDir', freshFolder()])
  expect(exitCode).toBe(1)
  expect(summary.failures).toEqual([{ stage: 'play', code: 'game_failed', message: 'nobody waits for this' }])
  expect(summary.artifacts).toHaveLength(7)
})

it('has a game that never answers, and would end without a word', async () => {
  const { exitCode, summary, stderr } = await runExport([...patrol, '--mission', 'stuck'])
  expect(exitCode, stderr).toBe(1)
  expect(codesOf(summary)).toEqual(['export:game_failed'])
  expect(stderr).not.toContain('unsettled')
})

it('has a game that leaves a timer running, which would keep the process', async () => {
  const { exitCode, summary } = await runExport([...patrol, '--mission', 'restless', '--artifactDir', freshFolder()])
  expect(exitCode).toBe(0)
  expect(summary.ok).toBe(true)
})

it('is wrong usage: 2, advice on stderr, and a summary all the same', async () => {
  const { exitCode, summary, stderr } = await runExport(['--artifact-dri', 'x'])
  expect(exitCode).toBe(2)
  expect(codesOf(summary)).toEqual(['usage:bad_usage'])
  expect(stderr).toContain('See: downlink export --help')
})

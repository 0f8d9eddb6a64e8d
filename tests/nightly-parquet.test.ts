/** The guide for Parquet every night: its commands, timer, queries and Python, over a collector with two days of two players. */
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { asked, bin, serve } from '../packages/cli/test/run-command.ts'
import { aHello, openClient } from '../packages/collector/test/harness.ts'
import { run } from '../tools/node-tool.ts'
import { blocksOf, readPage } from './docs-page.ts'

const page = await readPage('guides/nightly-parquet.md')
const [service = '', timer = ''] = blocksOf(page, 'A timer', 'ini')
const [cron = ''] = blocksOf(page, 'A timer', 'crontab')
const [days = '', levels = ''] = blocksOf(page, 'Reading the files', 'sql')
const [python = ''] = blocksOf(page, 'Reading the files', 'python')

const folder = await mkdtemp(join(tmpdir(), 'downlink-nightly-'))
const data = join(folder, 'data')
const dumped = join(folder, 'dumped')
const environment = join(folder, 'environment')

/** As the guide has it, with our places in it. */
const ours = (text: string): string =>
  text.replaceAll('/var/lib/downlink-dump', dumped).replaceAll('/etc/downlink/environment', environment)

beforeAll(async () => {
  const { url, child, exitCode } = await serve(['--data', data])
  const telemetry = `${url.replace('http', 'ws')}/telemetry`
  await play(telemetry, 'x', [1, 2])
  await play(telemetry, 'y', [1])
  child.kill('SIGTERM')
  await exitCode
  // Whatever a player's second event was came on the second day.
  await asked(
    join(data, 'downlink.duckdb'),
    "UPDATE events SET received_at = TIMESTAMP '2026-11-26 23:00' + to_hours((seq - 1) * 2)",
  )
  await mkdir(join(folder, 'bin'))
  await writeFile(environment, 'DOWNLINK_READ_TOKEN=read\n')
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

/** The command is that of a collector of ours, for a test. */
async function startCollector(): Promise<void> {
  const { url } = await serve(['--read-token', 'read', '--data', data])
  const command = join(folder, 'bin', 'downlink')
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@" --url '${url}'\n`)
  await chmod(command, 0o755)
}

async function play(telemetry: string, player: string, reached: readonly number[]): Promise<void> {
  const client = await openClient({ telemetry }, aHello({ meta: { build: '1.4.2', labels: { player } } }))
  await client.hello()
  await client.batch(
    1,
    reached.map((level) => ({ type: 'level_started', timestamp: level, data: { level } })),
  )
  client.ws.terminate()
}

function shell(text: string, cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const PATH = [join(folder, 'bin'), process.env.PATH].join(delimiter)
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', ours(text)], {
    cwd,
    env: { ...process.env, PATH, ...env },
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  return stdout
}

it.skipIf(process.platform === 'win32')(
  'dumps as its commands say, twice, and reads the files as it says',
  async () => {
    await startCollector()
    const [commands = ''] = blocksOf(page, 'The dump', 'sh')
    shell(commands, folder, { DOWNLINK_READ_TOKEN: 'read' })
    const names = [...['events-2026-11-26', 'events-2026-11-27', 'labels', 'sessions'].map((name) => `${name}.parquet`)]
    const records = ['events', 'labels', 'rejected', 'sessions'].map((table) => `${table}.dump.json`)
    const found = (await readdir(dumped)).sort()
    expect(found).toEqual([...names, ...records].filter((name) => name !== 'rejected.dump.json').sort())
    expect(await asked(':memory:', ours(days))).toEqual([
      ['2026-11-26', '2', '2'],
      ['2026-11-27', '1', '1'],
    ])
    expect(await asked(':memory:', ours(levels))).toEqual([
      ['x', 2],
      ['y', 1],
    ])
    const command = cron
      .trim()
      .split(' ')
      .slice(6)
      .join(' ')
      .replace(/\/opt\S*\/downlink /, 'downlink ')
    expect(cron).toMatch(/^15 0 \* \* \* root \S/)
    expect(shell(command, folder)).toContain("kept   2 files that can't have changed")
  },
)

it('has a program for pandas', async (context) => {
  const isThere = spawnSync('python3', ['-c', 'import pandas, pyarrow']).status === 0
  if (!isThere) return context.skip('it needs python3 with pandas and pyarrow')
  const { stdout, stderr } = spawnSync('python3', ['-c', ours(python)], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^1 +2$/),
    expect.stringMatching(/^2 +1$/),
  ])
})

it.skipIf(process.platform === 'win32')('answers a player who asks for their data', async () => {
  await startCollector()
  const [commands = ''] = blocksOf(page, 'A player who asks for their data', 'sh')
  shell(commands, folder, { DOWNLINK_READ_TOKEN: 'read' })
  const lines = async (name: string) =>
    (await readFile(join(folder, 'player-x', name), 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  expect((await lines('events.ndjson')).map(({ type, data }) => [type, data.level]).sort()).toEqual([
    ['level_started', 1],
    ['level_started', 2],
  ])
  expect(await lines('sessions.ndjson')).toMatchObject([{ build: '1.4.2', labels: { player: 'x' }, stored: 2 }])
  expect(await lines('rejected.ndjson')).toEqual([])
  expect(await lines('labels.ndjson')).toMatchObject([{ fromSeq: 1, untilSeq: null, labels: { player: 'x' } }])
})

it('has units that systemd takes', async (context) => {
  if ((await run('systemd-analyze', ['--version'])).exitCode !== 0) context.skip('there is no systemd-analyze here')
  await writeFile(join(folder, 'downlink-dump.service'), service.replaceAll('/usr/bin/node', process.execPath))
  await writeFile(join(folder, 'downlink-dump.timer'), timer)
  for (const name of ['downlink-dump.service', 'downlink-dump.timer']) {
    expect(await run('systemd-analyze', ['verify', join(folder, name)])).toEqual({ exitCode: 0, output: '' })
  }
  const [, calendar = ''] = /^OnCalendar=(.*)$/m.exec(timer) ?? []
  expect((await run('systemd-analyze', ['calendar', calendar])).exitCode).toBe(0)
  // It does what the guide's commands do.
  const [commands = ''] = blocksOf(page, 'The dump', 'sh')
  const started = [...service.matchAll(/^ExecStart=.*downlink\.js (.*)$/gm)].map(([, args]) => `downlink ${args}`)
  expect(started).toEqual(commands.trim().split('\n'))
})

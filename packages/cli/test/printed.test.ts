/** What the command prints, by the built command: no text of a game, a payload or a variable is obeyed by who reads along. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runExport } from './export-harness.ts'
import { hostile } from './fixtures/hostile-game.ts'
import { fixture, freshFolder, post, run, serve, start } from './run-command.ts'

/** No control character but the end of a line, nothing that turns or hides text, and no command for an agent. */
function expectSafe(text: string): void {
  expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(text).not.toMatch(/##(vso|teamcity)?\[/i)
  for (const line of text.split('\n')) expect(line.trimStart()).not.toMatch(/^::[a-z]/i)
}

const game = ['--game', fixture('hostile-game.ts'), '--now', '2026-01-01T00:00:00Z', '--formats', 'json']
const env = { GAME_TOKEN: 'ghs_16C7e42F292c6912E7' }

it.each(['play', 'throw'])(
  'is safe where a game is hostile (%s), and the summary is the only line on stdout',
  async (mission) => {
    const { stdout, stderr, summary } = await runExport(
      [...game, '--mission', mission, '--artifactDir', freshFolder()],
      env,
    )
    expectSafe(stdout)
    expectSafe(stderr)
    expect(`${stdout}${stderr}`).not.toContain(env.GAME_TOKEN)
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toContain('# #vso[task.complete]')
    expect(summary.failures.map(({ code }) => code)).toContain('section_failed')
    for (const { message } of summary.failures) expectSafe(message)
  },
)

it('is safe where a snapshot is refused, a mission is unknown, a file or a variable has an evil name', async () => {
  const folder = freshFolder()
  const snapshot = join(folder, `${hostile.replaceAll('/', '')}.json`)
  await writeFile(snapshot, '{}')
  for (const more of [
    ['--snapshot', snapshot],
    ['--snapshot', `${snapshot}.no`],
    ['--mission', hostile],
    [`--${hostile}`],
    ['--seed', hostile],
  ]) {
    const { exitCode, stdout, stderr } = await runExport([...game, ...more, '--artifactDir', folder], env)
    expect(exitCode, stderr).toBeGreaterThan(0)
    expectSafe(stdout)
    expectSafe(stderr)
  }
})

it.each([
  ['no JSON', '[["up", "--token", "hunter2hunter2"'],
  ['no argv arrays', '["up --token hunter2hunter2"]'],
  ['texts and numbers', '[["up", 5, "hunter2hunter2"]]'],
])('tells no secret of commands that are %s', async (_what, commands) => {
  const args = [...game, '--artifactDir', freshFolder()]
  const variable = await runExport(args, { TELEMETRY_CI_COMMANDS: commands })
  expect(variable).toMatchObject({ exitCode: 2, summary: { failures: [{ code: 'bad_usage' }] } })
  expect(variable.stderr).toContain('TELEMETRY_CI_COMMANDS')
  // One of them is a command here: a program with blanks in its name.
  const flag = await runExport([...args, '--noDryRun', '--ciCommand', commands])
  expect(flag.summary).toMatchObject({ ok: false })
  for (const { stdout, stderr } of [variable, flag]) expect(`${stdout}${stderr}`).not.toContain('hunter2')
})

it.each([
  ['throw', 1],
  ['reject', 1],
  ['wait', 0],
])(
  'is safe where a schema module prints, warns and would %s, and stdout has the ready line alone',
  async (then, code) => {
    const args = ['serve', '--port', '0', '--data', freshFolder(), '--schema', fixture('hostile-module.ts')]
    const command = start(args, { ...env, THEN: then })
    await command.shows(then === 'wait' ? '"telemetry"' : 'later')
    command.child.kill('SIGINT')
    expect(await command.exitCode, command.stderr()).toBe(code)
    expectSafe(command.stderr())
    expect(command.stderr()).toContain('# #vso[task.complete]')
    expect(`${command.stdout()}${command.stderr()}`).not.toContain(env.GAME_TOKEN)
    expect(command.stdout().replace(/^\{"url".*\}\n/, '')).toBe('')
  },
)

it('is safe where the game of a demo prints, and stdout has the figures alone', async () => {
  const args = [
    'demo',
    '--port',
    '0',
    '--duration',
    '1',
    '--json',
    '--headless',
    '--game',
    fixture('hostile-module.ts'),
  ]
  const { exitCode, stdout, stderr } = await run(args, env)
  expect(exitCode, stderr).toBe(0)
  expect(Object.keys(JSON.parse(stdout))).toContain('pushed')
  expectSafe(stderr)
  expect(stderr).toContain('# #vso[task.complete]')
})

it('is safe in tables and lines of what was stored, and JSON says the same', async () => {
  const { url } = await serve()
  const event = { id: 'x:1', type: 'jumped', timestamp: Date.now(), data: { text: hostile }, sessionId: 'x', seq: 1 }
  expect(await post(url, [event])).toBe(200)
  const sql = `SELECT data->>'text' AS "${hostile.replaceAll('"', '')}" FROM events`
  const table = await run(['query', sql, '--url', url])
  expect(table.exitCode, table.stderr).toBe(0)
  expectSafe(table.stdout)
  const json = await run(['query', sql, '--url', url, '--json'])
  expectSafe(json.stdout)
  expect(Object.values(JSON.parse(json.stdout))).toEqual([hostile])
  const refused = await run(['query', `SELECT "${hostile}"`, '--url', url])
  expect(refused.exitCode).toBe(1)
  expectSafe(refused.stderr)
})

it.each([
  ['query', 'SELECT 1', '--url'],
  ['verify', '--url'],
  ['forget', '--where', 'true', '--yes', '--url'],
  ['serve', '--otlp'],
  ['serve', '--public-url'],
  ['serve', '--origin'],
  ['serve', '--store', 'clickhouse://127.0.0.1:1/d', '--log'],
])('tells no secret of an address: %s', async (...args) => {
  for (const address of [
    'http://me:a/hunter2hunter2@127.0.0.1:9',
    'http://hunter2hunter2@127.0.0.1:9',
    'me:hunter2hunter2@127.0.0.1:9',
  ]) {
    const { exitCode, stdout, stderr } = await run([...args, address])
    expect(exitCode, stderr).toBe(2)
    expect(stderr).toContain('Expected')
    expect(stdout + stderr).not.toContain('hunter2')
  }
})

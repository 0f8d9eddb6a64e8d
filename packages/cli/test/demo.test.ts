import { existsSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { fixture, occupyPort, run, start } from './run-command.ts'

const demo = ['demo', '--port', '0', '--game', fixture('game.ts')]

it('accounts for every event, in one line of JSON', async () => {
  const { exitCode, stdout, stderr } = await run([...demo, '--headless', '--duration', '1', '--json'])
  expect(exitCode, stderr).toBe(0)
  const { pushed, sessionId, ...rest } = JSON.parse(stdout)
  expect(stdout).toBe(`${JSON.stringify({ pushed, ...rest, sessionId })}\n`)
  expect(pushed).toBeGreaterThan(0)
  expect(rest).toEqual({ acked: pushed, stored: pushed, dropped: 0, rejected: 0, missing: 0 })
  expect(sessionId).toMatch(/^[0-9a-f-]{36}$/)
})

it('removes its folder when it ends by itself', async () => {
  const { stderr } = await run([...demo, '--headless', '--duration', '0.2'])
  const [, folder = ''] = /data +(\S+)/.exec(stderr) ?? []
  expect(folder).toContain('downlink-demo-')
  expect(existsSync(folder)).toBe(false)
})

it('counts what the collector rejects', async () => {
  const { exitCode, stdout } = await run([
    ...demo,
    '--game',
    fixture('faulty-game.ts'),
    '--headless',
    '--duration',
    '0.5',
  ])
  const { pushed, stored, rejected } = JSON.parse(stdout)
  expect(exitCode).toBe(0)
  expect(rejected).toBeGreaterThan(0)
  expect(stored + rejected).toBe(pushed)
})

it('plays faster to reach a rate', async () => {
  const { stdout } = await run([...demo, '--headless', '--duration', '1', '--rate', '1000'])
  // Ten events a second is its own pace.
  expect(JSON.parse(stdout).pushed).toBeGreaterThan(100)
})

it('takes the next port where one is taken, and says so', async () => {
  const { port, release } = await occupyPort()
  const { exitCode, stderr } = await run([...demo, '--port', String(port), '--headless', '--duration', '0.2'])
  release()
  expect(exitCode).toBe(0)
  expect(stderr).toContain(`Port ${port} can't be had`)
})

it('takes the next port where no browser connects to one', async () => {
  const { exitCode, stderr } = await run([...demo, '--port', '4190', '--headless', '--duration', '0.2'])
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^Port 4190 can't be had: taking 4\d+\.$/m)
})

it('ends in order on Ctrl-C, sums up and keeps the events', async () => {
  const command = start([...demo])
  await command.shows('watch ')
  const [url = ''] = /http:\S+\d/.exec(command.stderr()) ?? []
  await vi.waitFor(async () => {
    const { stdout } = await run(['query', 'SELECT pushed FROM sessions WHERE stored > 0', '--url', url, '--json'])
    expect(stdout).not.toBe('')
  }, 10_000)
  command.child.kill('SIGINT')
  expect(await command.exitCode).toBe(0)
  expect(command.stdout()).toBe('')
  expect(command.stderr()).toMatch(/missing +0/)
  const [, folder = ''] = /--data (\S+)/.exec(command.stderr()) ?? []
  const { stdout } = await run(['query', 'SELECT missing, ended FROM sessions', '--data', folder, '--json'])
  expect(stdout).toBe('{"missing":0,"ended":true}\n')
})

it('has a history where the game makes one up, and leaves it out of the figures', async () => {
  const command = start([...demo, '--game', fixture('game-with-past.ts'), '--duration', '8', '--json'])
  await command.shows('watch ')
  const [url = ''] = /http:\S+\d/.exec(command.stderr()) ?? []
  const columns = 'build, stored, ended, last_seen::DATE - (SELECT min(ts) FROM events)::DATE AS days'
  const sql = `SELECT ${columns} FROM sessions WHERE labels->>'made_up' IS NOT NULL ORDER BY build`
  await vi.waitFor(async () => {
    const { stdout } = await run(['query', sql, '--url', url, '--json'])
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const past = { stored: 700, ended: true, days: 1 }
    expect(rows).toEqual([
      { build: 'ticker 1.2.2', ...past },
      { build: 'ticker 1.2.3', ...past },
    ])
  }, 10_000)
  expect(await command.exitCode).toBe(0)
  const { pushed, stored } = JSON.parse(command.stdout())
  expect(stored).toBe(pushed)
  expect(pushed).toBeLessThan(700)
})

it('serves the game with telemetry switched on, and the page; nothing of it when headless', async () => {
  const statuses = async (...args: string[]): Promise<readonly unknown[]> => {
    const command = start([...demo, '--game', fixture('game-with-page.ts'), '--verbose', ...args])
    await command.shows('listening at')
    const [url = ''] = /http:\/\/[\d.:]+/.exec(command.stderr()) ?? []
    const answers = await Promise.all(['/', '/play/', '/play/downlink-config.js'].map((path) => fetch(`${url}${path}`)))
    return [...answers.map((answer) => answer.status), (await answers[2]?.text())?.includes('"enabled":true')]
  }
  expect(await statuses()).toEqual([200, 200, 200, true])
  expect(await statuses('--headless')).toEqual([404, 404, 404, false])
})

it('says what a game module lacks', async () => {
  const { exitCode, stderr } = await run(['demo', '--game', fixture('half-game.ts')])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[bad_module]')
  for (const member of ['version', 'events', 'createBattle']) expect(stderr).toContain(`\`${member}\``)
})

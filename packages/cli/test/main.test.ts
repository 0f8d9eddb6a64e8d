import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { run } from './run-command.ts'

it('shows examples for every command', async () => {
  for (const name of ['serve', 'demo', 'tail', 'query', 'export']) {
    const { exitCode, stdout } = await run([name, '--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`Examples:\n  downlink ${name}`)
  }
})

it('tells its version and its exit codes', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
  expect((await run(['--help'])).stdout).toContain('Exit codes:')
})

it('guesses what was meant, and takes it for wrong usage', async () => {
  const command = await run(['serv'])
  expect(command).toMatchObject({ exitCode: 2, stdout: '' })
  expect(command.stderr).toContain('Did you mean serve?')
  const flag = await run(['serve', '--prot', '1'])
  expect(flag).toMatchObject({ exitCode: 2, stdout: '' })
  expect(flag.stderr).toContain('Did you mean --port?')
})

it('says what a flag expects', async () => {
  const { exitCode, stderr } = await run(['serve', '--port', '65536'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Expected a whole number from 0 to 65535')
  expect(stderr).toContain('downlink serve --help')
})

it('shows where a fault comes from only when asked to', async () => {
  const args = ['serve', '--schema', './no-such-module.ts']
  expect((await run(args)).stderr).not.toMatch(/^ {4}at /m)
  expect((await run([...args, '--verbose'])).stderr).toMatch(/^ {4}at /m)
  expect((await run(args, { DEBUG: '1' })).stderr).toMatch(/^ {4}at /m)
})

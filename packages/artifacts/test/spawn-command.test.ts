/** The command runner over real processes: how they end, what they leave behind, what is kept of them. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Command } from '../src/node/publish/command-runner.ts'
import { nodeEnvironment } from '../src/node/publish/environment.ts'
import { spawnCommand } from '../src/node/publish/spawn-command.ts'

let directory: string
/** Of processes that should be gone: whatever fails, they are ended. */
let pids: number[]

beforeEach(async () => {
  pids = []
  directory = await mkdtemp(join(tmpdir(), 'downlink-spawn-'))
})
afterEach(async () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It is gone, as it should be.
    }
  }
  await rm(directory, { recursive: true, force: true })
})

const command = (argv: Command['argv'], more: Partial<Command> = {}): Command => ({
  argv,
  directory,
  variables: { PATH: process.env.PATH },
  timeoutMs: 10_000,
  ...more,
})
const node = (script: string, more: Partial<Command> = {}): Command => command([process.execPath, '-e', script], more)

/** Until a process wrote its id there, and then whether it lives. */
async function pidIn(path: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text !== '') {
      pids.push(Number(text))
      return Number(text)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`Nobody wrote ${path}`)
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

describe('how a command ends', () => {
  it('by itself', async () => {
    expect(await spawnCommand(node('console.log(1); console.error(2)'))).toEqual({
      status: 'succeeded',
      stdout: '1',
      stderr: '2',
    })
    expect(await spawnCommand(node('process.exitCode = 3'))).toMatchObject({ status: 'failed', exitCode: 3 })
  })

  it('with arguments as they are: no shell reads them', async () => {
    const odd = ['a b', '"', "'", '$HOME', '; exit 9', '*', '', '%PATH%', '🚀']
    const outcome = await spawnCommand(
      command([process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', ...odd]),
    )
    expect(JSON.parse(outcome.stdout)).toEqual(odd)
  })

  it('with these variables and no others', async () => {
    const outcome = await spawnCommand(
      node('console.log(Object.keys(process.env).join())', { variables: { ONLY: '1' } }),
    )
    expect(outcome.stdout).toMatch(/\bONLY\b/)
    expect(outcome.stdout).not.toContain('VITEST')
  })

  it('killed from elsewhere', async () => {
    const outcome = await spawnCommand(node('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'))
    expect(outcome).toMatchObject({ status: 'killed', signal: 'SIGTERM' })
  })

  it('never started', async () => {
    expect(await spawnCommand(command(['downlink-no-such-program']))).toMatchObject({ status: 'not-found' })
    expect(await spawnCommand(command([join(directory, 'none')]))).toMatchObject({ status: 'not-found' })
    const plain = join(directory, 'plain')
    await writeFile(plain, 'text')
    await chmod(plain, 0o644)
    expect(await spawnCommand(command([plain]))).toMatchObject({
      status: 'not-started',
      reason: expect.stringMatching(/EACCES|UNKNOWN|ENOENT/),
    })
    expect(await spawnCommand(command([process.execPath, 'a\0b']))).toMatchObject({ status: 'not-started' })
  })

  it('in a folder that is none', async () => {
    const file = join(directory, 'file')
    await writeFile(file, '')
    for (const bad of [join(directory, 'gone'), file]) {
      expect(await spawnCommand(node('0', { directory: bad }))).toMatchObject({ status: 'bad-directory' })
    }
  })

  it('before it began, or while it ran, where the caller ends it', async () => {
    expect(await spawnCommand(node('0', { signal: AbortSignal.abort() }))).toMatchObject({ status: 'aborted' })
    const ending = new AbortController()
    const running = spawnCommand(
      node('require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)', {
        signal: ending.signal,
      }),
    )
    const pid = await pidIn(join(directory, 'pid'))
    ending.abort()
    expect(await running).toMatchObject({ status: 'aborted' })
    expect(await isGone(pid)).toBe(true)
  })
})

describe.skipIf(process.platform === 'win32')('the time limit', () => {
  it('ends all that the command started, even what ignores SIGTERM', async () => {
    const child =
      'process.on("SIGTERM", () => {}); require("fs").writeFileSync("child", String(process.pid)); setInterval(() => {}, 1000)'
    const parent = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });
      console.log("started"); setInterval(() => {}, 1000)`
    const running = spawnCommand(node(parent, { timeoutMs: 1500 }))
    const pid = await pidIn(join(directory, 'child'))
    expect(await running).toEqual({ status: 'timeout', stdout: 'started', stderr: '' })
    expect(await isGone(pid)).toBe(true)
  })

  it('ends a command that ignores SIGTERM itself', async () => {
    const outcome = await spawnCommand(
      node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', { timeoutMs: 500 }),
    )
    expect(outcome).toMatchObject({ status: 'timeout' })
  })

  it('is not needed where this process ends itself: it takes the command with it', async () => {
    const dist = new URL('../dist/node/publish/spawn-command.js', import.meta.url)
    const stubborn =
      'process.on("SIGTERM", () => {}); require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)'
    const script = `
      import { statSync } from 'node:fs'
      import { spawnCommand } from ${JSON.stringify(dist.href)}
      const argv = [process.execPath, '-e', ${JSON.stringify(stubborn)}]
      spawnCommand({ argv, directory: process.cwd(), variables: process.env, timeoutMs: 60_000 })
      // A file is there before it says something.
      setInterval(() => statSync('pid', { throwIfNoEntry: false })?.size && process.exit(5), 20)`
    const outcome = await spawnCommand(command([process.execPath, '--input-type=module', '-e', script]))
    const pid = await pidIn(join(directory, 'pid'))
    expect(outcome).toMatchObject({ status: 'failed', exitCode: 5 })
    expect(await isGone(pid)).toBe(true)
  })

  it('is not waited for where the command leaves a helper behind that holds its pipes', async () => {
    const helper = 'require("fs").writeFileSync("helper", String(process.pid)); setTimeout(() => {}, 60_000)'
    const parent = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(helper)}], { stdio: "inherit" }).unref();
      setTimeout(() => process.exit(0), 300)`
    expect(await spawnCommand(node(parent))).toMatchObject({ status: 'succeeded' })
    await pidIn(join(directory, 'helper'))
  })
})

it('keeps the end of what is printed, however much it is', async () => {
  const outcome = await spawnCommand(node('for (let i = 0; i < 20000; i++) console.log("line " + i)'))
  expect(outcome.status).toBe('succeeded')
  expect(outcome.stdout.endsWith('line 19999')).toBe(true)
  expect(outcome.stdout.length).toBeLessThanOrEqual(16_384)
})

describe('the real environment', () => {
  it('writes a file as a whole, and leaves no draft', async () => {
    const { fileSystem } = nodeEnvironment()
    const path = join(directory, 'new', 'm.json')
    await fileSystem.writeAtomically(path, 'one')
    await fileSystem.writeAtomically(path, 'two')
    await fileSystem.append(path, '!')
    expect(await readFile(path, 'utf8')).toBe('two!')
    await expect(fileSystem.writeAtomically(join(path, 'below'), 'x')).rejects.toThrow(/ENOTDIR|EEXIST/)
    await expect(fileSystem.writeAtomically(join(directory, 'new'), 'x')).rejects.toThrow(
      /EISDIR|EPERM|ENOTEMPTY|EEXIST/,
    )
  })

  it.skipIf(process.platform === 'win32')('reads no pipe, which would never end', async () => {
    const { fileSystem } = nodeEnvironment()
    await spawnCommand(command(['mkfifo', 'pipe']))
    const reading = fileSystem.read(join(directory, 'pipe'))[Symbol.asyncIterator]().next()
    await expect(reading).rejects.toThrow('not a plain file')
  })

  it('has stdout, a clock and the variables of the process', async () => {
    const { output, clock, variables, workingDirectory } = nodeEnvironment()
    expect(await output('')).toBeUndefined()
    expect(clock()).toBeGreaterThan(0)
    expect(variables).toBe(process.env)
    expect(workingDirectory).toBe(process.cwd())
  })
})

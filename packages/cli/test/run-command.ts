/** Runs the real command, as it lies in `bin`, and ends it whatever happens. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withTimeout } from '@downlink/artifacts'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach } from 'vitest'

export const bin: string = fileURLToPath(new URL('../bin/downlink.js', import.meta.url))

export interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when either stream has shown a text; rejects if the command ends before. */
  shows(text: string): Promise<void>
  /** Resolves to the exit code. */
  readonly exitCode: Promise<number | null>
}

const running: Running[] = []
const folders: string[] = []

afterEach(async () => {
  for (const { child, exitCode } of running.splice(0)) {
    child.kill('SIGKILL')
    await exitCode
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** Well below a test's own limit, which could only say that it is over. */
const patienceMs = 60_000

/** @param what after "Expected" */
const within = <Value>(value: Promise<Value>, what: () => string): Promise<Value> =>
  withTimeout(
    () => value,
    patienceMs,
    () => {
      throw new Error(`Expected ${what()} within ${patienceMs / 1000} s`)
    },
  )

/**
 * @param env what to change of ours; secrets and debugging of whoever runs the tests are taken out
 * @param cwd where it runs. @default where the tests do
 */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = process.cwd()): Running {
  const { DOWNLINK_KEY, DOWNLINK_READ_TOKEN, DOWNLINK_ADMIN_TOKEN, DOWNLINK_TOKEN_SECRET, DEBUG, ...ours } = process.env
  // A demo that is killed leaves its folder behind: let it be here.
  const temporary = freshFolder()
  const folderVariables = { TMPDIR: temporary, TEMP: temporary, TMP: temporary }
  const variables = { ...ours, ...folderVariables, NO_COLOR: '1', ...env }
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: variables })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exitCode = once(child, 'close').then(([code]) => code as number | null)
  const command: Running = {
    child,
    exitCode,
    stdout: () => stdout,
    stderr: () => stderr,
    shows(text) {
      const shown = new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (`${stdout}${stderr}`.includes(text)) resolve()
        }
        look()
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        void exitCode.then((code) => reject(new Error(`Ended with ${code} before it showed ${text}:\n${stderr}`)))
      })
      return within(shown, () => `${args.join(' ')} to show ${text} beside\n${stdout}${stderr}\n`)
    },
  }
  running.push(command)
  return command
}

export interface Finished {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command that ends by itself. */
export async function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  const command = start(args, env)
  const exitCode = await within(
    command.exitCode,
    () => `${args.join(' ')} to end after\n${command.stdout()}${command.stderr()}\n`,
  )
  return { exitCode, stdout: command.stdout(), stderr: command.stderr() }
}

export interface Serving extends Running {
  readonly url: string
  readonly data: string
}

/** Starts `downlink serve` on a free port and a fresh folder, and waits until it is ready. */
export async function serve(args: readonly string[] = [], env?: NodeJS.ProcessEnv): Promise<Serving> {
  const data = freshFolder()
  const command = start(['serve', '--port', '0', '--data', data, ...args], env)
  await command.shows('"telemetry"')
  const listening = JSON.parse(command.stdout())
  await within(storeIsUp(listening), () => `reads at ${listening.url}; it said\n${command.stderr()}\n`)
  return { ...command, ...listening }
}

/** It listens after five seconds also where its store has not started by then. One with a public address can't be asked. */
async function storeIsUp({ url }: Pick<Serving, 'url'>): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer === undefined || (await answer.text()).includes('"reads":"ok"')) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Removed after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'downlink-cli-'))
  folders.push(folder)
  return folder
}

/** Sends plain events. Resolves to the HTTP status. */
export async function post(
  url: string,
  events: readonly unknown[],
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await fetch(`${url}/telemetry`, { method: 'POST', body: JSON.stringify(events), headers })
  await answer.text()
  return answer.status
}

/** What a database at rest answers; `:memory:` is one over files alone. */
export async function asked(file: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Takes a port, until released. */
export async function occupyPort(): Promise<{ readonly port: number; readonly release: () => void }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, release: () => server.close() }
}

export const fixtureUrl = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).href

export const fixture = (name: string): string => fileURLToPath(fixtureUrl(name))

/** Starts ClickHouse in a process of its own, behind HTTP, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, onTestFinished } from 'vitest'
import { toolPath } from '../../tools/node-tool.ts'

export interface ClickHouseProcess {
  readonly url: string
  /** Ends it as a crash does. Idempotent. */
  kill(): Promise<void>
}

const front = join(import.meta.dirname, 'chdb-front.ts')

/** One that its test need not end, in a folder that goes with the test. */
export async function aClickHouse(password?: string): Promise<ClickHouseProcess & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-clickhouse-'))
  const running = await startClickHouse(folder, 0, password)
  onTestFinished(async () => {
    await running.kill()
    await rm(folder, { recursive: true, force: true })
  })
  return { ...running, folder }
}

/** Databases that are empty, in one process for all tests of a file. @returns makes one, and gives its URL */
export function sharedClickHouse(): () => Promise<string> {
  let started: Promise<ClickHouseProcess> | undefined
  let databases = 0
  const folder = mkdtemp(join(tmpdir(), 'downlink-clickhouse-'))
  afterAll(async () => {
    await (await started)?.kill()
    await rm(await folder, { recursive: true, force: true })
  })
  return async () => {
    started ??= startClickHouse(await folder, 0)
    const { url } = await started
    return makeDatabase(url, `test_${++databases}`)
  }
}

/** @returns its URL, as the store takes it */
export async function makeDatabase(url: string, name: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: `CREATE DATABASE ${name}` })
  if (!response.ok) throw new Error(await response.text())
  return `${url.replace('http', 'clickhouse')}/${name}`
}

/** @param port 0 for any that is free */
export async function startClickHouse(folder: string, port: number, password?: string): Promise<ClickHouseProcess> {
  const args = [toolPath('jiti'), front, folder, String(port), ...(password === undefined ? [] : [password])]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  if (!child.stdout) throw new Error('Expected a stdout')
  const line = once(createInterface(child.stdout), 'line')
  const ended = exited.then((): never => {
    throw new Error(`ClickHouse ended: ${errors}`)
  })
  ended.catch(() => {})
  const [text] = await Promise.race([line, ended])
  const { url } = JSON.parse(String(text))
  return {
    url,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

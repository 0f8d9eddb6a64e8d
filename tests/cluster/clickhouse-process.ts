/** Starts ClickHouse in a process of its own, behind HTTP, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
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
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const running = await startClickHouse(folder, 0, password)
  onTestFinished(running.kill)
  return { ...running, folder }
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

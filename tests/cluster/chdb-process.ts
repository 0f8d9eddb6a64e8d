/** Starts ClickHouse in a process of its own, behind HTTP, so that it can be killed: for tests and benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { toolPath } from '../../tools/node-tool.ts'
import { freePorts } from './nats-process.ts'

export interface ClickHouseProcess {
  readonly url: string
  readonly pid: number | undefined
  /** Ends it as a crash does. Idempotent. */
  kill(): Promise<void>
}

const front = join(import.meta.dirname, 'chdb-front.ts')

/** @param port 0 for one that is free, and that nobody is given while it is killed and started again */
export async function startClickHouse(folder: string, port: number, password?: string): Promise<ClickHouseProcess> {
  const [own = port] = port === 0 ? await freePorts(1) : [port]
  const args = [toolPath('jiti'), front, folder, String(own), ...(password === undefined ? [] : [password])]
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
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** @returns its URL, as the store takes it */
export async function makeDatabase(url: string, name: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: `CREATE DATABASE ${name}` })
  if (!response.ok) throw new Error(await response.text())
  return `${url.replace('http', 'clickhouse')}/${name}`
}

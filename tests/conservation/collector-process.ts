/** Starts a collector in a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

export interface CollectorProcess {
  readonly port: number
  /** SIGKILL: no commit, no goodbye. */
  kill(): Promise<void>
  /** The same for its store process alone; nothing where that can't be found, or has just ended. */
  killStore(): Promise<void>
  /** Resolves once the store has all that is in the log. */
  stored(): Promise<void>
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
}

const script = `
  import { createCollector } from '@downlink/collector'
  const [data, port] = process.argv.slice(1)
  const collector = createCollector({ data, logger: false })
  process.on('SIGTERM', () => collector.close().then(() => process.exit(0)))
  console.log(JSON.stringify(await collector.listen({ port: Number(port) })))
`

/** @param port 0 picks one */
export async function startCollector(data: string, port = 0): Promise<CollectorProcess> {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', script, data, String(port)], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  if (!child.stdout) throw new Error('Expected the collector to have a stdout')
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(([code]) => {
      throw new Error(`Expected the collector to start, got exit code ${code}`)
    }),
  ])) as [string]
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }
  const { url } = JSON.parse(line) as { url: string }
  return {
    port: Number(new URL(url).port),
    kill: async () => void (await end('SIGKILL')),
    async killStore() {
      // Elsewhere than on Linux the collector alone is killed.
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '')
      for (const pid of children.split(' ').filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
    },
    async stored() {
      const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
      await fetch(`${url}/api/query`, { method: 'POST', headers, body: '{"sql":"SELECT 1"}' })
    },
    stop: () => end('SIGTERM'),
  }
}

/** A collector in a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface CollectorProcess {
  readonly port: number
  /** SIGKILL: no commit, no goodbye. */
  kill(): Promise<void>
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
  return {
    port: Number(new URL((JSON.parse(line) as { url: string }).url).port),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

/** Starts a collector in a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { CollectorOptions, Listening } from '@downlink/collector'
import { onTestFinished } from 'vitest'
import { untilStoreIsUp, within } from './waits.ts'

const script = `
  import { createCollector } from '@downlink/collector'
  const collector = createCollector({ data: process.argv[1], ...JSON.parse(process.argv[2]) })
  process.on('SIGTERM', () => collector.close().then(() => process.exit(0)))
  console.log(JSON.stringify(await collector.listen({ port: 0 })))
`

/** One that its test need not end. */
export async function aCollectorProcess(data: string, limits?: ProcessLimits) {
  const collector = await startCollector(data, {}, limits)
  onTestFinished(async () => void (await collector.end('SIGKILL')))
  return collector
}

interface ProcessLimits {
  /** Open files. Takes a POSIX shell. */
  readonly descriptors: number
}

/** @param options of the collector: what JSON can say */
export async function startCollector(data: string, options: CollectorOptions = {}, limits?: ProcessLimits) {
  const command = [process.execPath, '--input-type=module', '--eval', script, data, JSON.stringify(options)]
  const limited = limits ? ['sh', '-c', `ulimit -n ${limits.descriptors}; exec "$@"`, 'sh', ...command] : command
  const [program = '', ...args] = limited
  const child: ChildProcess = spawn(program, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log += chunk
  })
  if (!child.stdout) throw new Error('Expected a stdout')
  const first = once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(String(line)) as Listening)
  const ended = exited.then((): never => {
    throw new Error(`The collector ended: ${log}`)
  })
  ended.catch(() => {})
  const listening = await within(Promise.race([first, ended]), () => `a collector that listens; it said: ${log}`)
  await untilStoreIsUp(listening)
  return {
    pid: child.pid ?? 0,
    listening,
    log: () => log,
    async end(signal: 'SIGKILL' | 'SIGTERM') {
      child.kill(signal)
      const [code] = (await within(exited, () => `a collector that ends by ${signal}; it said: ${log}`)) as [
        number | null,
      ]
      return code
    },
  }
}

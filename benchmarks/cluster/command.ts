/** Starts `downlink serve` and `downlink sink` as people do, each a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningCommand {
  /** As the command prints it. */
  readonly url: string
  readonly pid: number | undefined
  /** In order, as by Ctrl-C. Resolves once it has ended. */
  stop(): Promise<void>
}

const cli = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'downlink.js')

/** @throws where it ends before it is ready */
export async function startCommand(args: readonly string[]): Promise<RunningCommand> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const exited = once(child, 'exit')
  const died = exited.then((): never => {
    throw new Error(`downlink ${args.join(' ')} ended:\n${errors}`)
  })
  died.catch(() => {})
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), died])
  const { url } = JSON.parse(String(line))
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** The sum over its labels; 0 where there is none yet. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const values = text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)$`, 'gm'))
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0)
}

/** Starts `downlink serve` as a user does: how long until it listens, and what it takes at rest. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withFolder } from './data-folder.ts'

export interface ColdStart {
  /** From spawning it to its line on stdout. */
  readonly startMs: number
  /** Of it and its children, each; undefined where the system has no `ps`. */
  readonly residentMb: readonly number[] | undefined
}

const restMs = 3000
const cli = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'downlink.js')

export const startCold = (): Promise<ColdStart> =>
  withFolder(async (folder) => {
    const startedMs = performance.now()
    const serve = spawn(process.execPath, [cli, 'serve', '--port', '0', '--data', folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(serve, 'exit')
    try {
      await once(serve.stdout, 'data')
      const startMs = performance.now() - startedMs
      await new Promise((resolve) => setTimeout(resolve, restMs))
      return { startMs, residentMb: await residentOf(serve.pid ?? 0).catch(() => undefined) }
    } finally {
      serve.kill()
      await ended
    }
  })

async function residentOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss='])
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  return processes.flatMap(([own, parent, kilobytes = 0]) => (own === pid || parent === pid ? [kilobytes / 1000] : []))
}

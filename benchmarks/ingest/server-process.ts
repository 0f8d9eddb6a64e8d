/** Starts a server of `../ingest.ts` as a process of its own, so that what it costs is its own: both ends of its messages. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Usage {
  readonly cpuMs: number
  readonly residentMb: number
}

export interface ServerProcess {
  readonly url: string
  /** Since it began. */
  usage(): Promise<Usage>
  /** Resolves once it has ended. */
  stop(): Promise<void>
}

/** @param file beside this one */
export async function startServer(file: string, ...args: readonly string[]): Promise<ServerProcess> {
  const child = forkTypeScript(file, args)
  const ended = once(child, 'exit')
  const died = ended.then(([code, signal]) => {
    throw new Error(`Expected ${file} to answer, it ended with ${code ?? signal}`)
  })
  died.catch(() => {})
  const answer = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), died]))[0]
  return {
    url: String(await answer()),
    async usage() {
      child.send('usage')
      return (await answer()) as Usage
    },
    async stop() {
      child.send('stop')
      await ended
    },
  }
}

/** In the server: tells that it listens, and answers from then on. */
export function answerParent(url: string, close: () => Promise<void>): void {
  process.on('message', async (request) => {
    if (request === 'usage') {
      const { user, system } = process.cpuUsage()
      const usage: Usage = { cpuMs: (user + system) / 1000, residentMb: process.memoryUsage.rss() / 1e6 }
      process.send?.(usage)
    } else {
      await close()
      process.exit()
    }
  })
  process.send?.(url)
}

export const forkTypeScript = (file: string, args: readonly string[] = []): ChildProcess =>
  fork(join(import.meta.dirname, file), args, { execArgv: ['--import', 'jiti/register'] })

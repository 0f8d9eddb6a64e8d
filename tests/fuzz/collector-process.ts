/** Runs a collector in a process of its own, so that it can be watched from outside: both ends of its messages. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CollectorOptions, Listening } from '@downlink/collector'

export interface CollectorProcess {
  readonly url: string
  readonly telemetry: string
  /** It has not ended by itself. */
  readonly isRunning: boolean
  heldBytes(): Promise<number>
  /** Ends it in order, and deletes its folder. */
  close(): Promise<void>
}

export async function startCollector(options: CollectorOptions): Promise<CollectorProcess> {
  const data = await mkdtemp(join(tmpdir(), 'downlink-fuzz-'))
  const child = forkTypeScript(join(import.meta.dirname, 'collector-main.ts'), [JSON.stringify({ ...options, data })])
  const exited = once(child, 'exit')
  const ended = exited.then(([code, signal]) => {
    throw new Error(`The collector ended with ${code ?? signal}`)
  })
  ended.catch(() => {})
  const answer = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0]
  const { url, telemetry } = (await answer()) as Listening
  return {
    url,
    telemetry,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null
    },
    async heldBytes() {
      child.send('held-bytes')
      return Number(await answer())
    },
    async close() {
      if (child.connected) child.send('close')
      await exited
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** It may collect its garbage when it is told, so that what it then holds is in use. */
export const forkTypeScript = (file: string, args: readonly string[]): ChildProcess =>
  fork(file, args, { execArgv: ['--expose-gc', '--import', 'jiti/register'] })

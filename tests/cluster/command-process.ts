/** Runs a `downlink` command of a cluster as a process that can be killed, and started again with the same arguments. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../../tools/node-tool.ts'

const bin = join(root, 'packages/cli/bin/downlink.js')

export interface CommandProcess {
  /** Resolves once it is ready. */
  start(): Promise<void>
  /** Resolves once it has ended. Idempotent. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

export interface CommandOptions {
  readonly args: readonly string[]
  /** Where its own log goes. */
  readonly logFile: string
  readonly env?: NodeJS.ProcessEnv
}

/** Starts it. */
export async function runCommand({ args, logFile, env = {} }: CommandOptions): Promise<CommandProcess> {
  let child: ChildProcess | undefined
  const command: CommandProcess = {
    async start() {
      const stdio = ['ignore', 'pipe', openSync(logFile, 'a')] as const
      const started = spawn(process.execPath, [bin, ...args], {
        stdio: [...stdio],
        env: { ...process.env, ...env },
      })
      child = started
      if (!started.stdout) throw new Error('Expected a stdout')
      const ended = once(started, 'exit').then(async ([code]): Promise<never> => {
        const said = (await readFile(logFile, 'utf8')).slice(-1000)
        throw new Error(`Expected ${args[0]} to start, got one that ended with ${code} after\n${said}`)
      })
      ended.catch(() => {})
      await Promise.race([once(createInterface(started.stdout), 'line'), ended])
    },
    async kill(signal = 'SIGKILL') {
      const ending = child
      child = undefined
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const exited = once(ending, 'exit')
      ending.kill(signal)
      await exited
    },
  }
  await command.start()
  return command
}

/** Starts a process of Node beside the collector's, which it talks to in messages. */
import { type ChildProcess, fork } from 'node:child_process'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { lifelineFd, outOfMemory } from './messages.ts'

/** @typeParam To what it is told */
export interface Child<To> {
  send(message: To): void
  /** At once, whatever it does. */
  kill(): void
}

/** @typeParam From what it tells */
export interface ChildListener<From> {
  onMessage(message: From): void
  /** Once, and nothing after it. */
  onExit(exit: ChildExit): void
}

/** `memory`: it ended itself, for it held more than it may. `not_started`: the system had no process, memory or descriptor left. */
export type ChildExit =
  | { readonly kind: 'not_started'; readonly reason: string }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'memory' }

/** @param main the module that it runs, by path */
export function spawnChild<To extends object, From>(
  main: string,
  { onMessage, onExit }: ChildListener<From>,
): Child<To> {
  const child = forkMain(main, (error) => onExit({ kind: 'not_started', reason: String(error) }))
  if (!child) return { send() {}, kill() {} }
  let saidMemory = false
  const lifeline = child.stdio[lifelineFd] as Readable
  lifeline.on('data', (said: Buffer) => {
    saidMemory ||= said.toString().includes(outOfMemory)
  })
  lifeline.on('error', () => {})
  child.on('message', (message) => onMessage(message as From))
  // A message to one that has just gone.
  child.on('error', () => {})
  // One that was stopped can't see our end.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('close', (code, signal) => {
    process.off('exit', kill)
    if (saidMemory) onExit({ kind: 'memory' })
    else onExit(signal === null ? { kind: 'exit', code: code ?? 1 } : { kind: 'signal', signal })
  })
  return {
    send(message) {
      if (child.connected) child.send(message)
    },
    kill,
  }
}

/** Node says some failures by an event, and throws others. */
function forkMain(main: string, onFailure: (error: unknown) => void): ChildProcess | undefined {
  try {
    const child = fork(main, [], {
      // Its stdout is nobody's: a command's own may be read by a program.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
      // Sets, maps and what is undefined stay what they are.
      serialization: 'advanced',
      // What is given to this process, a debugger's port or a loader, is not meant for that one.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: undefined },
    })
    if (child.pid !== undefined) return child
    child.once('error', onFailure)
  } catch (error) {
    setImmediate(onFailure, error)
  }
  return undefined
}

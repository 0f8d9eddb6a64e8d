/** Runs commands as Node does: a process group each, bounded in time and in what is kept of its output. */

import { type ChildProcess, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { win32 } from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '@downlink/protocol'
import { systemCode } from '../file-errors.ts'
import type { Command, CommandOutcome } from './command-runner.ts'

/** Kept of each channel: its end, where a failure tells its reason. */
const maxOutputBytes = 16_384

/** From SIGTERM to SIGKILL. */
const killGraceMs = 2000

/** How long the pipes are read on after the end: what the command left running may hold them open for ever. */
const drainMs = 500

/** Runs a command, and what it starts, as a group that can be ended as a whole. Never rejects. */
export async function spawnCommand(command: Command): Promise<CommandOutcome> {
  const { argv, directory, variables, timeoutMs, signal } = command
  if (signal?.aborted) return { status: 'aborted', stdout: '', stderr: '' }
  const [program, ...args] = argv
  let child: ChildProcess
  try {
    child = spawn(program, args, {
      cwd: directory,
      env: { ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, on POSIX. On Windows it would open a console window, and taskkill finds the tree anyway.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
  } catch (error) {
    // Too many arguments, a NUL in one of them, a batch file on Windows.
    return notStarted(error, program, command)
  }
  const stdout = keepEnd(child.stdout)
  const stderr = keepEnd(child.stderr)
  const printed = () => ({ stdout: stdout(), stderr: stderr() })

  let endedBy: 'timeout' | 'aborted' | undefined
  const end = (reason: 'timeout' | 'aborted'): void => {
    if (endedBy !== undefined) return
    endedBy = reason
    void endGroup(child)
  }
  const timer = setTimeout(() => end('timeout'), timeoutMs)
  const onAbort = () => end('aborted')
  signal?.addEventListener('abort', onAbort, { once: true })
  // The group outlives us otherwise: no Ctrl-C reaches it.
  const onExit = () => killGroup(child, 'SIGKILL')
  process.once('exit', onExit)
  try {
    const exit = await exitOf(child, () => endedBy !== undefined)
    if (exit.kind === 'error') return notStarted(exit.error, program, command)
    // It has ended by itself, or not: what comes while its pipes are read out changes nothing.
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    await drained(child)
    if (endedBy !== undefined) {
      // The leader may have gone at SIGTERM; what ignored it goes now.
      killGroup(child, 'SIGKILL')
      return { status: endedBy, ...printed() }
    }
    if (exit.signal !== null) return { status: 'killed', signal: exit.signal, ...printed() }
    if (exit.code !== 0) return { status: 'failed', exitCode: exit.code ?? -1, ...printed() }
    return { status: 'succeeded', ...printed() }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    process.removeListener('exit', onExit)
  }
}

type Exit =
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'error'; readonly error: unknown }

/** `exit`, not `close`: the latter waits for everybody who holds the pipes. */
function exitOf(child: ChildProcess, isEnding: () => boolean): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ kind: 'exit', code, signal }))
    // Emitted as well where a signal can't be sent, which is no failure to start.
    child.once('error', (error) => {
      if (!isEnding()) resolve({ kind: 'error', error })
    })
  })
}

async function endGroup(child: ChildProcess): Promise<void> {
  killGroup(child, 'SIGTERM')
  await wait(killGraceMs, undefined, { ref: false })
  if (child.exitCode === null && child.signalCode === null) killGroup(child, 'SIGKILL')
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    // Windows has no groups: taskkill walks the tree. Its own failure means that there is nothing left to end.
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => {
        child.kill(signal)
      },
    )
    return
  }
  try {
    process.kill(-child.pid, signal)
  } catch {
    // ESRCH: the whole group is gone already.
  }
}

async function drained(child: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const isOpen = [child.stdout, child.stderr].some((pipe) => pipe !== null && !pipe.closed)
  if (isOpen) await Promise.race([closed, wait(drainMs, undefined, { ref: false })])
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Bounded however much is printed, so that a chatty upload does not fill the memory. */
function keepEnd(pipe: NodeJS.ReadableStream | null): () => string {
  let end = Buffer.alloc(0)
  pipe?.on('data', (chunk: Buffer) => {
    const whole = Buffer.concat([end, chunk])
    end = whole.subarray(Math.max(0, whole.length - maxOutputBytes))
  })
  pipe?.on('error', () => {})
  return () => end.toString('utf8').trim()
}

async function notStarted(error: unknown, program: string, { directory, variables }: Command): Promise<CommandOutcome> {
  const printed = { stdout: '', stderr: '' }
  // spawn reports a bad folder as ENOENT of the program, which is then blamed for it.
  if (!(await isFolder(directory))) return { status: 'bad-directory', ...printed }
  const batchFile = process.platform === 'win32' ? await findBatchFile(program, variables) : undefined
  if (batchFile !== undefined) {
    const reason = `${batchFile} is a batch file, which only a shell runs: name the program that it starts, or cmd.exe itself`
    return { status: 'not-started', reason, ...printed }
  }
  if (systemCode(error) === 'ENOENT') return { status: 'not-found', ...printed }
  return { status: 'not-started', reason: messageOf(error), ...printed }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

type IsFile = (path: string) => Promise<boolean>

/**
 * Windows: a tool such as `az` is often `az.cmd`, which no process can be started from without a shell.
 *
 * @returns the batch file that a shell would have found for this name, if there is one
 */
export async function findBatchFile(
  program: string,
  variables: Readonly<Record<string, string | undefined>>,
  isFile: IsFile = isPlainFile,
): Promise<string | undefined> {
  // Names of variables have no case on Windows.
  const path = Object.entries(variables).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  const folders = /[\\/]/.test(program) ? [''] : path.split(win32.delimiter).filter((folder) => folder !== '')
  const endings = /\.(cmd|bat)$/i.test(program) ? [''] : ['.cmd', '.bat']
  for (const folder of folders) {
    for (const ending of endings) {
      const candidate = folder === '' ? `${program}${ending}` : win32.join(folder, `${program}${ending}`)
      if (await isFile(candidate)) return candidate
    }
  }
  return undefined
}

const isPlainFile: IsFile = (path) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

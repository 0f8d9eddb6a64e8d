/** Finds out about a database file in a process of its own: a damaged one can end the process that opens it. */

import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { messageOf } from '@downlink/protocol'
import type { Position } from '../../log/read-log.ts'

export type Probe = ProbeResult<ProbeAnswer>

export type ProbeResult<Answer> = { readonly kind: 'sound'; readonly answer: Answer } | ProbeFailure

export type ProbeFailure =
  | { readonly kind: 'corrupt'; readonly reason: string }
  /** Another process has it open. */
  | { readonly kind: 'in_use'; readonly reason: string }
  /** Nothing is known to be wrong with the file itself. */
  | { readonly kind: 'unusable'; readonly reason: string }

export interface ProbeAnswer {
  /** Where in the log it stands. */
  readonly position: Position | undefined
  /** Events that sessions count as stored and the table does not have, or the other way round. */
  readonly unbalanced: number
}

/**
 * - `look`: reads what the collector can't be without, and changes nothing
 * - `count`: the same, and compares each session's count with its events
 * - `open`: as `look`, and moves the write-ahead log into the file
 */
export type ProbeTask = 'look' | 'count' | 'open'

const probeMain = fileURLToPath(new URL('./probe-main.js', import.meta.url))

export const probe = (file: string, task: ProbeTask): Promise<Probe> => inChild(probeMain, [file, task])

/** Looks at several files, at the price of one process. */
export async function probeAll(files: readonly string[]): Promise<readonly Probe[]> {
  const together = await inChild<readonly Attempt[]>(probeMain, [...files, 'all'])
  // One that ends the process takes the word of the others with it.
  if (together.kind !== 'sound') return Promise.all(files.map((file) => probe(file, 'look')))
  return together.answer.map((attempt) => (attempt.kind === 'sound' ? attempt : classifyFailure(attempt.reason)))
}

export type Attempt =
  | { readonly kind: 'sound'; readonly answer: ProbeAnswer }
  | { readonly kind: 'failed'; readonly reason: string }

/** A long log is replayed on the way, or all of a file is read, which takes its time. */
const timeoutMs = 3_600_000

/** How far long work is, from 0 to 1. */
export type OnProgress = (share: number) => void

/** @param main a module that calls `answerParent` */
export function inChild<Answer>(
  main: string,
  args: readonly string[],
  onProgress?: OnProgress,
): Promise<ProbeResult<Answer>> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { timeout: timeoutMs, windowsHide: true, maxBuffer: maxAnswerBytes },
      (error, stdout, stderr) => {
        if (stdout.startsWith('sound ')) {
          resolve({ kind: 'sound', answer: JSON.parse(stdout.slice('sound '.length)) })
        } else if (stdout.startsWith('failed ')) resolve(classifyFailure(stdout.slice('failed '.length)))
        else if (error?.killed) resolve({ kind: 'unusable', reason: `Reading it took over ${timeoutMs} ms` })
        else resolve(classifyExit(error?.signal ?? undefined, error?.code ?? undefined, stderr))
      },
    )
    child.stderr?.on('data', (text: string) => {
      const share = /^progress (\S+)\n$/m.exec(text)?.[1]
      if (share !== undefined) onProgress?.(Number(share))
    })
  })
}

const maxAnswerBytes = 64 * 1024 * 1024

/** What a damaged file does to the process that reads it. */
const crashes: readonly string[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']

/** A probe that ended without a word. Only a crash is the file's doing: whoever stops the collector may stop its probe. */
export function classifyExit(
  signal: string | undefined,
  exitCode: number | string | undefined,
  stderr: string,
): ProbeFailure {
  const ended = `Opening it ended the process (${signal ?? exitCode})`
  if (signal !== undefined) return { kind: crashes.includes(signal) ? 'corrupt' : 'unusable', reason: ended }
  // One that failed to start has not looked at the file. Windows knows no signals: a crash is a large exit code there.
  if (exitCode === 1) return { kind: 'unusable', reason: `The probe did not start: ${stderr}` }
  return { kind: 'corrupt', reason: ended }
}

/** What opening fails with where the file is sound. */
const environment =
  /No space left|not enough space|Out of Memory|Permission denied|Read-only file system|read-only mode|Is a directory/i
const corruption =
  /not a valid DuckDB database|Corrupt|Could not read enough bytes|while replaying WAL|Serialization Error|INTERNAL Error|checksum/i
const newer = /version number|storage version greater|a later version/i

export function classifyFailure(reason: string): ProbeFailure {
  if (/set lock on file|already (open|attached)|handle conflict|being used by another/i.test(reason)) {
    return { kind: 'in_use', reason }
  }
  if (newer.test(reason)) {
    const [first = ''] = reason.split('\n')
    return {
      kind: 'unusable',
      reason: `${first} This would be a downgrade: run the version of Downlink that wrote it.`,
    }
  }
  return { kind: corruption.test(reason) && !environment.test(reason) ? 'corrupt' : 'unusable', reason }
}

/** For the main file of a child: prints what `inChild` reads. */
export async function answerParent(work: (onProgress: OnProgress) => Promise<unknown>): Promise<void> {
  // Ctrl-C goes to the whole process group. A probe that is cut short knows nothing, and its parent waits for it anyway.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  try {
    process.stdout.write(`sound ${JSON.stringify(await work(tellParent))}`)
  } catch (error) {
    process.stdout.write(`failed ${messageOf(error)}`)
  }
}

const tellParent: OnProgress = (share) => void process.stderr.write(`progress ${share}\n`)

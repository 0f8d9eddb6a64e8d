/** Finds out whether a database file can be opened, without risking this process. */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export type Probe =
  | { readonly kind: 'sound' }
  | { readonly kind: 'corrupt'; readonly reason: string }
  /** Another process has it open. */
  | { readonly kind: 'in_use'; readonly reason: string }
  /** Nothing is known to be wrong with the file itself. */
  | { readonly kind: 'unusable'; readonly reason: string }

const probeMain = fileURLToPath(new URL('./probe-main.js', import.meta.url))

/** A long log is replayed on the way, which takes its time. */
const timeoutMs = 300_000

export function probe(file: string): Promise<Probe> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [probeMain, file],
      { timeout: timeoutMs, windowsHide: true },
      (error, stdout, stderr) => {
        if (stdout === 'sound') resolve({ kind: 'sound' })
        else if (stdout.startsWith('failed ')) resolve(judgeFailure(stdout.slice('failed '.length)))
        else if (error?.killed) resolve({ kind: 'unusable', reason: `Opening took over ${timeoutMs} ms` })
        else resolve(judgeEnd(error?.signal ?? undefined, error?.code ?? undefined, stderr))
      },
    )
  })
}

/** What a damaged file does to the process that reads it. */
const crashes: readonly string[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']

/** A probe that ended without a word. Only a crash is the file's doing: whoever stops the collector may stop its probe. */
export function judgeEnd(signal: string | undefined, exitCode: number | string | undefined, stderr: string): Probe {
  const ended = `Opening it ended the process (${signal ?? exitCode})`
  if (signal !== undefined) return { kind: crashes.includes(signal) ? 'corrupt' : 'unusable', reason: ended }
  // One that failed to start has not looked at the file. Windows knows no signals: a crash is a large exit code there.
  if (exitCode === 1) return { kind: 'unusable', reason: `The probe did not start: ${stderr}` }
  return { kind: 'corrupt', reason: ended }
}

/** What opening fails with where the file is sound. */
const environment = /No space left|not enough space|Out of Memory|Permission denied|Is a directory|version number/i
const corruption =
  /not a valid DuckDB database|Corrupt|Could not read enough bytes|while replaying WAL|Serialization Error|INTERNAL Error|checksum/i

export function judgeFailure(reason: string): Probe {
  if (/set lock on file|already (open|attached)|handle conflict|being used by another/i.test(reason)) {
    return { kind: 'in_use', reason }
  }
  return { kind: corruption.test(reason) && !environment.test(reason) ? 'corrupt' : 'unusable', reason }
}

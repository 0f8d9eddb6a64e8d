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
        // A crash is the file's doing. A probe that failed to start (exit code 1) has not looked at it.
        else if (error?.code === 1) resolve({ kind: 'unusable', reason: `The probe did not start: ${stderr}` })
        else resolve({ kind: 'corrupt', reason: `Opening it ended the process (${error?.signal ?? error?.code})` })
      },
    )
  })
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

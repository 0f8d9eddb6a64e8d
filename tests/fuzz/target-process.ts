/** Runs a target in a process of its own, so that neither an end nor a loop without end of it is the end of the run. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forkTypeScript } from './collector-process.ts'
import type { Finding, FuzzReport } from './fuzz-target.ts'
import { readNote } from './under-way.ts'

export interface TargetOptions {
  readonly seed: number
  readonly durationMs: number
  readonly onProgress: (inputs: number) => void
}

export type TargetMessage =
  | { readonly kind: 'progress'; readonly inputs: number }
  | { readonly kind: 'report'; readonly report: FuzzReport }

/** It says how far it is once a second. Seconds are counted here, for a machine that stands still stops both. */
const maxSilentSeconds = 300

export async function runTarget(name: string, { seed, durationMs, onProgress }: TargetOptions): Promise<FuzzReport> {
  const notes = await mkdtemp(join(tmpdir(), 'downlink-fuzz-notes-'))
  const child = forkTypeScript(join(import.meta.dirname, 'target-main.ts'), [name, `${seed}`, `${durationMs}`, notes])
  const startedMs = performance.now()
  let inputs = 0
  let report: FuzzReport | undefined
  let silentSeconds = 0
  const watching = setInterval(() => {
    if (++silentSeconds > maxSilentSeconds) child.kill('SIGKILL')
  }, 1000)
  child.on('message', (message: TargetMessage) => {
    silentSeconds = 0
    if (message.kind === 'report') report = message.report
    else inputs = message.inputs
    onProgress(inputs)
  })
  const [code, signal] = await once(child, 'exit')
  clearInterval(watching)
  const harm = silentSeconds > maxSilentSeconds ? 'It holds the process' : `It ends the process with ${code ?? signal}`
  const finding = (): Finding => ({ seed, harm, input: readNote(notes, 0) })
  report ??= { inputs, durationMs: performance.now() - startedMs, grownBytes: 0, findings: [finding()] }
  await rm(notes, { recursive: true, force: true })
  return report
}

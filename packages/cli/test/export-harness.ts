/** Runs `downlink export`, and reads what it came to. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ExportSummary } from '../src/export/summary.ts'
import { type Finished, fixture, type Running, run, start } from './run-command.ts'

/** Neither the CI that these tests run in, nor what its maker has set, is what they are about. */
const nowhere = { CI: 'false', TELEMETRY_EXPORT_DIR: '', TELEMETRY_CI_COMMANDS: '', SOURCE_DATE_EPOCH: '' }

/** An export of the fixture's game, at a fixed time. */
export const patrol: readonly string[] = ['--game', fixture('mission-game.ts'), '--now', '2026-01-01T00:00:00Z']

export interface Exported extends Finished {
  readonly summary: ExportSummary
}

export async function runExport(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Exported> {
  const finished = await run(['export', ...args], { ...nowhere, ...env })
  return { ...finished, summary: summaryIn(finished.stdout) }
}

export const startExport = (args: readonly string[], env?: NodeJS.ProcessEnv): Running =>
  start(['export', ...args], { ...nowhere, ...env })

/** The last line; it has to be ended. */
export function summaryIn(stdout: string): ExportSummary {
  const [line, end] = stdout.split('\n').slice(-2)
  expect(end, stdout).toBe('')
  return JSON.parse(line ?? '')
}

/** Every file below a folder, with its hash. */
export async function contentsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder, { recursive: true })).sort()
  const entries = names.map(async (name) => [name, sha256(await readFile(join(folder, name)))] as const)
  return Object.fromEntries(await Promise.all(entries))
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Every file that a summary names is there, as it says. */
export async function expectFilesOf({ artifacts }: ExportSummary): Promise<void> {
  for (const { path = '', bytes, sha256: hash } of artifacts) {
    const content = await readFile(path)
    expect(content.byteLength, path).toBe(bytes)
    expect(sha256(content), path).toBe(hash)
  }
}

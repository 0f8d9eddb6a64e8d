/** Keeps what a part of the tests came to. Each runner writes its own totals; tools/test.ts sums them. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from './node-tool.ts'

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly Skip[]
  /** Of the failed ones: told once more above the sum, for the output of a whole run is long. */
  readonly faults?: readonly Fault[]
  /** Tests that failed, and passed when they were tried again: among the passed ones, and named. */
  readonly flaky?: readonly string[]
}

export interface Skip {
  readonly name: string
  readonly reason: string
}

export interface Fault {
  readonly name: string
  /** A message with the lines of its stack that are ours. */
  readonly cause: string
}

/** The lines of a runner's own modules say nothing of a fault. */
export const causeOf = (errors: readonly { stack?: string | undefined; message?: string | undefined }[]): string =>
  errors
    .flatMap(({ stack, message = '' }) => stripVTControlCharacters(stack ?? message).split('\n'))
    .filter((line) => !line.includes('node_modules'))
    .join('\n')

/** The name of the part that is running; set by tools/test.ts for the runner that it starts. */
export const partVariable = 'DOWNLINK_TEST_PART'

/** Called by the runners' reporters. Does nothing in a run that nobody sums. */
export function writeTotals(totals: Totals, part: string | undefined = process.env[partVariable]): void {
  if (part === undefined) return
  mkdirSync(dirname(fileOf(part)), { recursive: true })
  writeFileSync(fileOf(part), JSON.stringify(totals))
}

/** Reads a part's totals, once; undefined where its runner did not get as far as writing them. */
export function takeTotals(part: string): Totals | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(part), 'utf8'))
  } catch {
    return undefined
  } finally {
    rmSync(fileOf(part), { force: true })
  }
}

const fileOf = (part: string): string => join(root, 'test-results', `${part}.json`)

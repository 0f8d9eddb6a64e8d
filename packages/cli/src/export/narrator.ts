/** What an export tells people, on stderr: lines, warnings in colour on a terminal, and a status line between them. */
import pc from 'picocolors'
import { describeFault } from '../fault.ts'
import type { OutputPort, SafeText } from '../output.ts'
import { createStatusLine, type StatusLine } from '../status-line.ts'
import type { Environment } from './settings.ts'

export interface Narrator {
  readonly status: StatusLine
  readonly safe: SafeText
  tell(text: string): void
  warn(text: string): void
  /** What happened, and what to do about it. */
  fault(error: unknown): void
}

export interface NarratorOptions {
  /** `NO_COLOR` keeps a terminal plain, `DEBUG` tells where faults come from. */
  readonly environment: Environment
  /** As `DEBUG`. */
  readonly verbose: boolean
  /** What a game or a command says may be in what is told. */
  readonly safe: SafeText
}

export function createNarrator(stderr: OutputPort, { environment, verbose, safe }: NarratorOptions): Narrator {
  const status = createStatusLine(stderr)
  const withStacks = verbose || environment.DEBUG !== undefined
  const colourful = stderr.isTTY === true && !environment.NO_COLOR
  const { yellow } = pc.createColors(colourful)
  const line = (mark: string, text: string): void => {
    status.clear()
    stderr.write(`${mark}${safe(text)}\n`)
  }
  return {
    status,
    safe,
    tell: (text) => line('', text),
    warn: (text) => line(`${yellow('warning:')} `, text),
    fault(error) {
      status.clear()
      stderr.write(describeFault(error, { withStack: withStacks, colourful, safe }))
    },
  }
}

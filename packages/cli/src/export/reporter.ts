/** Reports to people how an export goes, on stderr: lines, warnings in colour on a terminal, and a status line between them. */

import type { Variables } from '@downlink/artifacts/node'
import pc from 'picocolors'
import { describeFault } from '../fault.ts'
import type { OutputPort, SafeText } from '../output.ts'
import { createStatusLine, type StatusLine } from '../status-line.ts'

export interface Reporter {
  readonly status: StatusLine
  readonly safe: SafeText
  info(text: string): void
  warn(text: string): void
  /** What happened, and what to do about it. */
  error(error: unknown): void
}

export interface ReporterOptions {
  /** `NO_COLOR` keeps a terminal plain, `DEBUG` tells where faults come from. */
  readonly variables: Variables
  /** As `DEBUG`. */
  readonly verbose: boolean
  /** What a game or a command says may be in what is told. */
  readonly safe: SafeText
}

export function createReporter(stderr: OutputPort, { variables, verbose, safe }: ReporterOptions): Reporter {
  const status = createStatusLine(stderr)
  const withStacks = verbose || variables.DEBUG !== undefined
  const colourful = stderr.isTTY === true && !variables.NO_COLOR
  const { yellow } = pc.createColors(colourful)
  const print = (mark: string, text: string): void => {
    status.clear()
    stderr.write(`${mark}${safe(text)}\n`)
  }
  return {
    status,
    safe,
    info: (text) => print('', text),
    warn: (text) => print(`${yellow('warning:')} `, text),
    error(error) {
      status.clear()
      stderr.write(describeFault(error, { withStack: withStacks, colourful, safe }))
    },
  }
}

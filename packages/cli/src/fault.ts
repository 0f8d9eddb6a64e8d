/** Describes any error as the command reports it: what happened, what to do, and the exit code. */

import { ArtifactError } from '@downlink/artifacts'
import type { CollectorError, CollectorErrorCode } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { CommanderError } from 'commander'
import pc from 'picocolors'
import { CliError } from './errors.ts'
import type { SafeText } from './output.ts'

/** What the collector can't know: the flags that set its options. */
const collectorAdvice: Readonly<Partial<Record<CollectorErrorCode, string>>> = {
  unprotected:
    'Give a write key and a read token: --key-file and --read-token-file, or DOWNLINK_KEY and DOWNLINK_READ_TOKEN; or a secret for signed tokens of both kinds: --token-secret-file, or DOWNLINK_TOKEN_SECRET.',
  data_in_use: 'A collector has it open. Ask that one with --url, stop it, or name another folder with --data.',
}

/** By the system's code for why it can't be listened. */
const listenAdvice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop what listens there, or choose another port: --port 0 takes any free one.',
  EADDRNOTAVAIL: 'Name an address of this machine with --host; 0.0.0.0 is all of them.',
  ENOTFOUND: 'Name an address of this machine with --host; 0.0.0.0 is all of them.',
  BLOCKED_PORT: 'Choose another port with --port, such as 4180: this one belongs to another protocol.',
  EACCES: 'Choose a port from 1024 up: those below may need rights that this user lacks.',
}

const wrongUsage: readonly string[] = ['bad_option', 'bad_usage', 'unprotected']

/** 0 where help or the version was asked for, 2 where the command line is at fault, else 1. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return isCoded(error) && wrongUsage.includes(error.code) ? 2 : 1
}

export interface FaultStyle {
  /** Tells where the fault comes from, too. */
  readonly withStack: boolean
  /** @default where stderr is a terminal */
  readonly colourful?: boolean
  /** What a game or a file says may be in it. */
  readonly safe: SafeText
}

/** The lines for stderr. Empty for what commander has said already. */
export function describeFault(error: unknown, { withStack, colourful, safe }: FaultStyle): string {
  if (error instanceof CommanderError) return ''
  const { red } = pc.createColors(colourful ?? process.stderr.isTTY === true)
  const lines = [`${messageOf(error)}${isCoded(error) ? ` [${codeOf(error)}]` : ''}`]
  const advice = adviceOn(error)
  if (advice) lines.push(advice)
  if (withStack && error instanceof Error) lines.push(stackOf(error))
  return `${red('error:')} ${safe(lines.join('\n'))}\n`
}

function adviceOn(error: unknown): string | undefined {
  if (error instanceof CliError) return error.advice
  if (!isOfCollector(error)) return undefined
  if (error.code !== 'cannot_listen') return collectorAdvice[error.code]
  const { code = '' } = (error.cause ?? {}) as NodeJS.ErrnoException
  return listenAdvice[code] ?? 'Choose another address with --host and --port.'
}

/** By its name: to import the class is to load a database, which an export has no use for. */
const isOfCollector = (error: unknown): error is CollectorError =>
  error instanceof Error && error.name === 'CollectorError'

type CodedError = ArtifactError | CliError | CollectorError

const isCoded = (error: unknown): error is CodedError =>
  error instanceof CliError || error instanceof ArtifactError || isOfCollector(error)

/** What a collector answered says more than that it refused. */
const codeOf = (error: CodedError): string => (error instanceof CliError ? error.answered : undefined) ?? error.code

const stackOf = (error: Error): string =>
  `${error.stack}${error.cause instanceof Error ? `\nCaused by ${stackOf(error.cause)}` : ''}`

/** Prints all that the command prints, and makes it safe: nothing in it steers a terminal, commands a CI or tells a secret. */
import { createRedact, printable, printableJson, secretArguments } from '@downlink/artifacts/node'

/** Where the command writes: a stream of the process, or what stands for one in a test. */
export interface OutputPort {
  write(text: string): unknown
  /** Whether somebody watches, who can do with colours and a line that is rewritten. */
  readonly isTTY?: boolean | undefined
  /** Width of the terminal. */
  readonly columns?: number | undefined
}

/** Makes text for people safe; its line breaks stay. */
export type SafeText = (text: string) => string

/** Shorter ones are words that stand everywhere. */
const minSecretLength = 6

/** @param argv the command line, which may have secrets of its own behind `--token`, `--key` and the like */
export function createSafeText(
  variables: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): SafeText {
  const keys = argv.filter((_, at) => argv[at - 1] === '--key')
  const secrets = [...secretArguments(argv), ...keys].filter((secret) => secret.length >= minSecretLength)
  const redact = createRedact(variables, secrets)
  return (text) => printable(redact(text))
}

/** Of this process. */
export const processSafeText = (): SafeText => createSafeText(process.env, process.argv.slice(2))

/** A line for people, on stderr. */
export function printMessage(text: string): void {
  printText(`${text}\n`)
}

/** Text for people, as it is laid out, on stderr. */
export function printText(text: string): void {
  process.stderr.write(processSafeText()(text))
}

/** One JSON value a line, for machines. */
export const jsonLine = (value: unknown): string => `${printableJson(JSON.stringify(value))}\n`

/** On stdout. */
export function printJson(values: readonly unknown[]): void {
  process.stdout.write(values.map(jsonLine).join(''))
}

/** On stdout, what has been made safe where it was put together: a table, a coloured line. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

/** @example counted(1000, 'event') // '1,000 events' */
export const counted = (amount: number, one: string): string =>
  `${amount.toLocaleString('en')} ${one}${amount === 1 ? '' : 's'}`

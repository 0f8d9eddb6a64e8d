/** Reads flag values, saying what it expected, and gives each subcommand what all have in common. */
import { type Command, InvalidArgumentError } from 'commander'
import { CliError } from './errors.ts'
import { printText } from './output.ts'

/** A reader of whole numbers within a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`)
  }
}

const bytesOf: Readonly<Record<string, number>> = {
  ...{ b: 1, kb: 1000, mb: 1000 ** 2, gb: 1000 ** 3 },
  ...{ kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 },
}

/** A reader of sizes from so many bytes up: plain digits are bytes, kB, MB and GB count in thousands, KiB, MiB and GiB in 1024. */
export function byteSize(min: number): (text: string) => number {
  return (text) => {
    const [, digits, unit = 'B'] = /^(\d+(?:\.\d+)?) ?([kmg]?i?b)?$/i.exec(text) ?? []
    const value = Math.floor(Number(digits) * (bytesOf[unit.toLowerCase()] ?? Number.NaN))
    if (Number.isSafeInteger(value) && value >= min) return value
    throw new InvalidArgumentError(`Expected bytes, from ${min} up, such as 4GB, 512MiB or 1000000000.`)
  }
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A reader of whole times such as `90s`, `15m`, `12h` or `30d`, within a range, as seconds. */
export function duration(minSeconds: number, maxSeconds: number): (text: string) => number {
  return (text) => {
    const [, digits, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
    const value = Number(digits) * (secondsOf[unit] ?? Number.NaN)
    if (value >= minSeconds && value <= maxSeconds) return value
    throw new InvalidArgumentError(`Expected ${minSeconds} s to ${maxSeconds} s, such as 90s, 15m, 12h or 30d.`)
  }
}

/** Reads seconds, with fractions. */
export function seconds(text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('Expected seconds, more than 0.')
}

/**
 * Reads the address of a collector. One that is refused is not repeated, as commander would do: it may hold a secret.
 *
 * @throws {CliError} `bad_usage`
 */
export function collectorAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url !== undefined && /^https?:$/.test(url.protocol)
  if (isWeb && url.username + url.password + url.search + url.hash === '') return text
  const expected = 'Expected --url to be an address such as http://127.0.0.1:4180, without a user or a query'
  throw new CliError('bad_usage', expected, 'A token goes into --token, or into a variable: see --help.')
}

/** Reads how many proxies there are, or their addresses; the collector judges those. */
export function proxies(text: string): number | readonly string[] {
  if (text.startsWith('-')) throw new InvalidArgumentError('Expected how many proxies there are, or their addresses.')
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim())
}

/**
 * Reads servers of NATS, such as `nats://a:4222,b:4222`. The collector judges them, as it does other addresses that are its
 * own: what is refused here would be repeated, and it may hold a password.
 */
export function natsServers(text: string): readonly string[] {
  const [first = '', ...others] = text.split(',').map((part) => part.trim())
  const [scheme = ''] = /^\w+:\/\//.exec(first) ?? []
  return [first, ...others.map((server) => (server.includes('://') ? server : scheme + server))]
}

/** Reads a program, alone or with its arguments as a JSON array; no shell reads them. */
export function argv(text: string): readonly string[] {
  const parts = text.startsWith('[') ? jsonOf(text) : [text]
  if (Array.isArray(parts) && parts.every((part) => typeof part === 'string') && parts[0]) return parts
  throw new InvalidArgumentError('Expected a program, or it and its arguments as a JSON array: ["deal","--fast"].')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Gathers a flag that may be given several times. */
export const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** Leaves out what was not given, so that defaults stay where they are. */
export function onlyGiven<Flags extends object>(
  flags: Flags,
): { [Name in keyof Flags]?: Exclude<Flags[Name], undefined> } {
  const entries = Object.entries(flags).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Flags]?: Exclude<Flags[Name], undefined> }
}

/** With `--verbose`, help after an error, and errors that are safe to print. */
export const subcommand = (command: Command): Command =>
  command
    .option('--verbose', 'tell more, and where a fault comes from')
    .showHelpAfterError(`See: downlink ${command.name()} --help`)
    .configureOutput({ writeErr: printText })
    .exitOverride()

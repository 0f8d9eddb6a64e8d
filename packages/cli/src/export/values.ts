/** Reads what the flags and variables of an export hold, saying what it expected. */
import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { CliError } from '../errors.ts'

/** A program and its arguments; no shell reads them. */
export type Argv = readonly string[]

/** Reads a path or a name: anything but nothing. */
export function filled(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('Expected it not to be empty.')
}

/** Reads a path, and takes it from here: a game may go to another folder before it is used. */
export const path = (text: string): string => resolve(filled(text))

const isoForm = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/

/**
 * Reads a date, or a date and time with its zone: without one it would be another moment on another machine.
 *
 * @returns milliseconds since 1970
 */
export function isoTime(text: string): number {
  const [, year, month, day] = isoForm.exec(text) ?? []
  const ms = Date.parse(text)
  // Date.parse takes 30 February for 1 March.
  const isInCalendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  if (isInCalendar && ms >= 0) return ms
  throw new InvalidArgumentError('Expected a time from 1970 on in ISO 8601 with its zone, as 2026-01-01T00:00:00Z.')
}

/** The last second that a date with a four-digit year can hold. */
const lastSecond = 253_402_300_799

/** @returns milliseconds since 1970 */
export function epochSeconds(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= lastSecond) return Number(text) * 1000
  throw new InvalidArgumentError('Expected whole seconds since 1970, as 1767225600.')
}

/** Under this name writers and publisher get the signal that ends them. */
const takenKey = 'signal'

/** Reads `key=value`, and gathers it; the value may have further `=`, and be empty. */
export function keyValue(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const at = text.indexOf('=')
  const key = text.slice(0, Math.max(at, 0))
  if (key !== '' && key !== takenKey) return [...before, [key, text.slice(at + 1)]]
  throw new InvalidArgumentError(`Expected key=value, as build=1.4.2, with another key than \`${takenKey}\`.`)
}

/** Reads names with commas between, and gathers them. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (!names.includes('')) return [...new Set([...before, ...names])]
  throw new InvalidArgumentError('Expected names with commas between, as json,csv.')
}

/** Reads one command as a JSON array, and gathers it. */
export function jsonArgv(text: string, before: readonly Argv[] = []): readonly Argv[] {
  const value = parsed(text)
  if (isArgv(value)) return [...before, value]
  // Not commander's own error, which repeats what came: commands have tokens in them.
  const expected = 'Expected a program and its arguments as a JSON array, as ["upload","{path}"].'
  throw new CliError(
    'bad_usage',
    `--ciCommand is text of ${text.length} characters. ${expected}`,
    'See: downlink export --help',
  )
}

/** Reads several commands: a JSON array of such arrays. */
export function jsonArgvList(text: string): readonly Argv[] {
  const value = parsed(text)
  if (Array.isArray(value) && value.every(isArgv)) return value
  throw new InvalidArgumentError('Expected a JSON array of commands, each an array, as [["upload","{path}"]].')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isArgv = (value: unknown): value is Argv =>
  Array.isArray(value) && value.every((part) => typeof part === 'string') && value[0] !== undefined && value[0] !== ''

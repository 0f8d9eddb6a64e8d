/** Reads an answer of the collector's API, whole or bit by bit, and says why one is refused or broke off. */
import { CliError } from './errors.ts'

/** Whose answers they are, and what to do about them. */
export interface Answerer {
  /** What messages call it: the URL or the folder, as it was given. */
  readonly source: string
  /** What to do about a refusal, where that is particular to the source. */
  readonly advise?: (code: string, message: string) => string | undefined
  /** What to do where it wants a token, or another one. @default about the read token */
  readonly tokenAdvice?: string
}

/** @throws {CliError} `refused`, where it breaks off; so do those that follow */
export async function jsonOf<Body>(answer: Response, source: string): Promise<Body> {
  try {
    return (await answer.json()) as Body
  } catch (cause) {
    throw brokenOff(source, cause)
  }
}

export async function* piecesOf({ body }: Response, source: string): AsyncGenerator<Uint8Array> {
  try {
    if (body !== null) yield* body
  } catch (cause) {
    throw brokenOff(source, cause)
  }
}

/** Lines, or messages with an empty line behind each: what no separator ends is not whole, and left out. */
export async function* partsOf({ body }: Response, separator: string, source: string): AsyncGenerator<string> {
  let text = ''
  try {
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const parts = `${text}${chunk}`.split(separator)
      text = parts.pop() ?? ''
      yield* parts
    }
  } catch (cause) {
    throw brokenOff(source, cause)
  }
}

/** @throws {CliError} `refused`, where something else than a collector ends the answer in its own words */
export function lineOf<Line>(text: string, source: string): Line {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw brokenOff(source, cause)
  }
}

export function brokenOff(source: string, cause?: unknown): CliError {
  const advice = 'Its database, or the collector itself, has ended meanwhile. Ask again.'
  return new CliError('refused', `The answer of ${source} broke off`, advice, { cause, isPassing: true })
}

export interface AnsweredFault {
  readonly code: string
  readonly message: string
}

/** What the collector says is wrong; undefined where it is something else that answers. */
export async function faultIn(answer: Response): Promise<AnsweredFault | undefined> {
  const { error } = (await answer.json().catch(() => ({}))) as { readonly error?: AnsweredFault }
  return error
}

export function refusal(status: number, fault: AnsweredFault | undefined, answerer: Answerer): CliError {
  const { source, advise, tokenAdvice = readTokenAdvice } = answerer
  const isPassing = passingStatuses.has(status)
  if (fault === undefined) return new CliError('refused', `Status ${status}`, `${source} answered so.`, { isPassing })
  const { code: answered, message } = fault
  if (answered === 'unauthorised') return new CliError('unauthorised', message, tokenAdvice)
  const advice = advise?.(answered, message) ?? refusalAdvice[answered] ?? `${source} answered so.`
  return new CliError('refused', message, advice, { answered, isPassing })
}

const readTokenAdvice = 'Give its read token: --token, or DOWNLINK_READ_TOKEN.'

/** Too many at once, a database that is starting, and a balancer whose collector has just gone. */
const passingStatuses = new Set([429, 502, 503, 504])

const refusalAdvice: Readonly<Record<string, string>> = {
  bad_sql: 'What can be asked: downlink query --help',
  forbidden_sql: 'What can be asked: downlink query --help',
  store_unavailable: "Events are taken meanwhile. If it stays so, the collector's log says why.",
  query_killed: 'Events are taken meanwhile. A query that did this twice is refused for a minute.',
}

/** Answers queries for those who take an older answer (`Cache-Control: max-age`): with the newest one that is kept, within a bound; else all that ask the same at once share one run. */
import { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { CollectorError } from '../errors.ts'
import type { KeptAnswerFigures } from '../metrics/metrics.ts'
import { asOfHeader } from '../store-process/messages.ts'
import { createSharedRuns } from './shared-runs.ts'

export interface KeptAnswers extends KeptAnswerFigures {
  /** Drops all, and gives nobody else what is asked for now. */
  forget(): void
  /**
   * @param gone whoever asks has gone
   * @param ask asks the store, until its signal says that nobody waits any more
   * @throws {CollectorError} `store_unavailable` where the answer broke off, and what `ask` throws
   */
  answer(query: string, maxAgeMs: number, gone: AbortSignal, ask: AskStore): Promise<QueryAnswer>
}

type AskStore = (signal: AbortSignal) => Promise<QueryAnswer & { readonly body: Readable }>

export interface QueryAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Buffer | Readable
}

type AnswerHeaders = Readonly<Record<string, string>>

interface KeptAnswer {
  readonly body: Buffer
  readonly contentType: string
  readonly askedAtMs: number
  readonly asOfMs: number
  /** From the question to the last byte. */
  readonly tookMs: number
}

/** Of all together; the oldest go first. */
const maxBytes = 33_554_432
const maxAnswerBytes = 4_194_304
/** Counted for each besides: a short one may hold on to a whole block of Node's pool of buffers. */
const overheadBytes = 8192

/** In ms; undefined where only a new answer will do, and none need be kept. */
export function maxAgeOf(cacheControl = ''): number | undefined {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (directives.includes('no-cache') || directives.includes('no-store')) return undefined
  const [seconds] = directives.flatMap((directive) => /^max-age=(\d{1,9})$/.exec(directive)?.[1] ?? [])
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

/** What a run came to. */
type Outcome =
  | { readonly kind: 'kept'; readonly answer: KeptAnswer }
  /** A refusal, or an answer that broke off for a reason that it tells. */
  | { readonly kind: 'passed'; readonly answer: QueryAnswer }
  /** Too large to be held for several: it is for the one who began. */
  | { readonly kind: 'streamed'; readonly answer: QueryAnswer }

export function createKeptAnswers({ wallMs, monotonicMs }: Clock): KeptAnswers {
  const answers = new Map<string, KeptAnswer>()
  const runs = createSharedRuns<Outcome>({ monotonicMs })
  let bytes = 0
  let served = 0
  let forgottenAtMs = Number.NEGATIVE_INFINITY

  return {
    get count() {
      return answers.size
    },
    get bytes() {
      return bytes
    },
    get served() {
      return served
    },
    forget() {
      forgottenAtMs = monotonicMs()
      answers.clear()
      bytes = 0
    },
    async answer(query, atMostMs, gone, ask) {
      const maxAgeMs = Math.min(atMostMs, monotonicMs() - forgottenAtMs)
      const found = answers.get(query)
      if (found && monotonicMs() - found.askedAtMs < maxAgeMs) {
        served++
        return given(found)
      }
      const { value, isOfAnother } = await runs.join(query, maxAgeMs, gone, (signal) => run(query, () => ask(signal)))
      if (isOfAnother && value.kind === 'streamed') return ask(gone)
      if (isOfAnother) served++
      return value.kind === 'kept' ? given(value.answer) : value.answer
    },
  }

  async function run(query: string, ask: () => ReturnType<AskStore>): Promise<Outcome> {
    const askedAtMs = monotonicMs()
    const nowMs = wallMs()
    const { status, headers, body } = await ask()
    const asOfMs = Number(headers[asOfHeader] ?? nowMs)
    const read = await readWhole(body, maxAnswerBytes)
    const passedHeaders = { ...headers, [asOfHeader]: String(asOfMs), age: '0' }
    if (!read.isWhole) return { kind: 'streamed', answer: { status, headers: passedHeaders, body: read.body } }
    if (status !== 200 || isBroken(read.body)) {
      return { kind: 'passed', answer: { status, headers: status === 200 ? passedHeaders : headers, body: read.body } }
    }
    const contentType = headers['content-type'] ?? ''
    const answer = { body: read.body, contentType, askedAtMs, asOfMs, tookMs: monotonicMs() - askedAtMs }
    if (askedAtMs > forgottenAtMs) keep(query, answer)
    return { kind: 'kept', answer }
  }

  function given(answer: KeptAnswer): QueryAnswer {
    return { status: 200, headers: headersOf(answer, monotonicMs() - answer.askedAtMs), body: answer.body }
  }

  function keep(query: string, answer: KeptAnswer): void {
    remove(query)
    answers.set(query, answer)
    bytes += sizeOf(query, answer)
    for (const oldest of answers.keys()) {
      if (bytes <= maxBytes) break
      remove(oldest)
    }
  }

  function remove(query: string): void {
    const answer = answers.get(query)
    if (!answer) return
    answers.delete(query)
    bytes -= sizeOf(query, answer)
  }
}

const headersOf = ({ contentType, asOfMs, tookMs }: KeptAnswer, ageMs: number): AnswerHeaders => ({
  'content-type': contentType,
  [asOfHeader]: String(asOfMs),
  age: String(Math.floor(ageMs / 1000)),
  'server-timing': `query;dur=${tookMs.toFixed(1)}`,
})

const sizeOf = (query: string, { body }: KeptAnswer): number => 2 * query.length + body.length + overheadBytes

/** One that failed when it was under way ends with an object that says why, and no other does. */
const isBroken = (answer: Buffer): boolean => answer.subarray(-2).toString('latin1') === '}}'

type Read =
  | { readonly isWhole: true; readonly body: Buffer }
  /** There is more than was to be read: it goes on where the reading ended. */
  | { readonly isWhole: false; readonly body: Readable }

/** @throws {CollectorError} `store_unavailable` */
async function readWhole(body: Readable, limitBytes: number): Promise<Read> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      pieces.push(piece)
      length += piece.length
      if (length > limitBytes)
        return { isWhole: false, body: Readable.from(joined(pieces, body), { objectMode: false }) }
    }
  } catch (cause) {
    throw new CollectorError('store_unavailable', 'The answer broke off. Ask again.', { cause })
  }
  return { isWhole: true, body: Buffer.concat(pieces) }
}

async function* joined(before: readonly Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* before
  yield* rest
}

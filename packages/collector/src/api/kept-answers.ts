/** Keeps the newest answer to each query, for those who take an older one (`Cache-Control: max-age`): within a bound, and with its age told. */
import type { IncomingMessage } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../clock.ts'
import type { KeptAnswerFigures } from '../metrics/metrics.ts'
import { asOfHeader } from '../store-process/messages.ts'

export interface KeptAnswers extends KeptAnswerFigures {
  /** The answer to a query, if one is kept that is not too old. */
  find(query: string, maxAgeMs: number): { readonly headers: AnswerHeaders; readonly body: Buffer } | undefined
  /** Begins to ask. What it returns passes the answer on, and keeps it once it is whole. */
  ask(query: string): (response: IncomingMessage) => { readonly headers: AnswerHeaders; readonly body: Readable }
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

export function createKeptAnswers({ wallMs, monotonicMs }: Clock): KeptAnswers {
  const answers = new Map<string, KeptAnswer>()
  let bytes = 0
  let served = 0

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
    find(query, maxAgeMs) {
      const answer = answers.get(query)
      if (!answer) return undefined
      const ageMs = monotonicMs() - answer.askedAtMs
      if (ageMs >= maxAgeMs) return undefined
      served++
      return { headers: headersOf(answer, ageMs), body: answer.body }
    },
    ask(query) {
      const askedAtMs = monotonicMs()
      const nowMs = wallMs()
      return (response) => {
        const asOfMs = Number(response.headers[asOfHeader] ?? nowMs)
        const contentType = response.headers['content-type'] ?? ''
        const body = collect(maxAnswerBytes, (whole) => {
          const tookMs = monotonicMs() - askedAtMs
          if (!isBroken(whole)) keep(query, { body: whole, contentType, askedAtMs, asOfMs, tookMs })
        })
        // Where one of them fails the other is destroyed, and whoever reads it hears of that.
        pipeline(response, body).catch(() => {})
        return { headers: { [asOfHeader]: String(asOfMs), age: '0' }, body }
      }
    },
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

/** Passes all on, and hears at the end what it was, unless it was too much. */
function collect(mostBytes: number, onWhole: (whole: Buffer) => void): Transform {
  let pieces: Buffer[] = []
  let length = 0
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      length += piece.length
      if (length <= mostBytes) pieces.push(piece)
      else pieces = []
      done(null, piece)
    },
    flush(done) {
      if (length <= mostBytes) onWhole(Buffer.concat(pieces))
      done()
    },
  })
}

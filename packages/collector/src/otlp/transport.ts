/**
 * Sends one request of OTLP over HTTP, and reads what the backend made of it.
 *
 * Source: OTLP specification 1.x, OTLP/HTTP Response and Failures.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { messageOf } from '@downlink/protocol'
import { parseObject } from '../parse-object.ts'
import type { OtlpSettings } from './otlp-options.ts'

export interface Transport {
  /** Never rejects but where `signal` was aborted. */
  send(body: string, signal: AbortSignal): Promise<SendOutcome>
}

export type SendOutcome =
  /** All but so many of its records. */
  | { readonly kind: 'accepted'; readonly rejected: number }
  /** The backend takes nothing now, or not from us: another time it may. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs?: number }
  /** It will never take this body. */
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * What tells of the body. All else that is no success may be mended while events wait: a token, an address, a backend, or
 * whether it takes JSON (415), which tells of every body.
 */
const refusals = new Set([400, 413, 422])

/** A success is a few words; whatever more a stranger sends is not read. */
const maxAnswerBytes = 65_536

const compress = promisify(gzip)

export function createTransport({
  url,
  headers,
  timeoutMs,
}: Pick<OtlpSettings, 'url' | 'headers' | 'timeoutMs'>): Transport {
  return {
    async send(body, signal) {
      const bytes = await compress(body)
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
          body: bytes,
          // A redirect would take the events, and the headers' secrets, to another address than was given.
          redirect: 'manual',
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        })
        if (response.ok) return acceptedOf(await readAnswer(response))
        await response.body?.cancel()
        return failedOf(response)
      } catch (error) {
        signal.throwIfAborted()
        return { kind: 'unavailable', reason: reasonOf(error) }
      }
    },
  }
}

function acceptedOf(answer: string): SendOutcome {
  const { partialSuccess } = parseObject(answer) ?? {}
  const { rejectedLogRecords = 0 } = (partialSuccess ?? {}) as Record<string, unknown>
  // A 64-bit number, so it may come as text.
  const rejected = Number(rejectedLogRecords)
  return { kind: 'accepted', rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0 }
}

/** What else a backend says may repeat what a player wrote, and is to be in no line of a log. */
function failedOf({ status, headers }: Response): SendOutcome {
  const reason = `HTTP ${status}`
  if (refusals.has(status)) return { kind: 'refused', reason }
  const retryAfterMs = retryAfterOf(headers.get('retry-after'))
  return { kind: 'unavailable', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

async function readAnswer({ body }: Response): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    text += decoder.decode(chunk, { stream: true })
    if (bytes > maxAnswerBytes) break
  }
  return text
}

/** `fetch` fails with the same words whatever was wrong, and has what it was as a cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as Error
  const { code } = cause as NodeJS.ErrnoException
  return [code, messageOf(cause)].filter((part) => part !== undefined && part !== '').join(': ')
}

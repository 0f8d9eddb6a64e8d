/** Resolves where events are sent as log records of OpenTelemetry, and in what portions. */
import { CollectorError } from '../errors.ts'

export interface OtlpOptions {
  /**
   * Where a backend takes OTLP over HTTP: an http or https URL without a user, such as `http://127.0.0.1:4318`.
   * `/v1/logs` is added where it does not end so.
   */
  readonly url: string
  /** Sent with each request, such as `authorization`. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /** What the game is called there: the attribute `service.name`, of 1 character or more. @default 'downlink' */
  readonly serviceName?: string
  /** Records, from 1, of a request. @default 1000 */
  readonly batchRecords?: number
  /** Bytes, from 1024, of a request before it is compressed; one record may be larger. @default 1048576 */
  readonly batchBytes?: number
  /**
   * Bytes of the log, from 1048576, that wait for a backend that is away; beyond it the oldest events are not sent, and
   * counted. At most a quarter of `maxBytes`. @default 1073741824
   */
  readonly maxBacklogBytes?: number
  /** Milliseconds, from 0, that events wait for others once all was sent. @default 1000 */
  readonly intervalMs?: number
  /** Milliseconds, from 1, until a request without an answer counts as failed. @default 10000 */
  readonly timeoutMs?: number
}

export interface OtlpSettings extends Required<OtlpOptions> {}

export const otlpDefaults = {
  serviceName: 'downlink',
  batchRecords: 1000,
  batchBytes: 1_048_576,
  maxBacklogBytes: 1_073_741_824,
  intervalMs: 1000,
  timeoutMs: 10_000,
}

const minOf = { batchRecords: 1, batchBytes: 1024, maxBacklogBytes: 1_048_576, intervalMs: 0, timeoutMs: 1 }

/** What a request says of its own body, and where it goes. */
const ownHeaders = new Set(['content-type', 'content-encoding', 'content-length', 'transfer-encoding', 'host'])

/**
 * Of the log, that is kept: whoever sends it passes over the oldest once it is behind by `maxBacklogBytes`, and counts them;
 * where it does not get to that, more than this is not kept.
 */
export const keptLogBytes = ({ maxBacklogBytes }: OtlpSettings): number => Math.floor(maxBacklogBytes * 1.25)

/**
 * @param maxBytes that database and log may take together
 * @throws {CollectorError} `bad_option`; no header's value is repeated in a message
 */
export function resolveOtlpOptions(options: OtlpOptions, maxBytes: number = Number.POSITIVE_INFINITY): OtlpSettings {
  const settings = { headers: {}, ...otlpDefaults, ...options }
  for (const [name, min] of Object.entries(minOf) as [keyof typeof minOf, number][]) {
    const value = settings[name]
    if (!(Number.isSafeInteger(value) && value >= min)) {
      throw badOption(`otlp.${name}`, `a whole number from ${min} up, got ${JSON.stringify(value)}`)
    }
  }
  if (typeof settings.serviceName !== 'string' || settings.serviceName === '') {
    throw badOption('otlp.serviceName', `a text, got ${JSON.stringify(settings.serviceName)}`)
  }
  for (const [name, value] of Object.entries(settings.headers)) checkHeader(name, value)
  return {
    ...settings,
    url: logsUrl(settings.url),
    maxBacklogBytes: Math.min(settings.maxBacklogBytes, Math.floor(maxBytes / 4)),
  }
}

function logsUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // What is secret belongs in a header: an address is logged.
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw badOption('otlp.url', 'an http or https URL without a user, such as http://127.0.0.1:4318')
  }
  url.hash = ''
  const path = url.pathname.replace(/\/+$/, '')
  url.pathname = path.endsWith('/v1/logs') ? path : `${path}/v1/logs`
  return url.href
}

function checkHeader(name: string, value: unknown): void {
  if (ownHeaders.has(name.toLowerCase()))
    throw badOption('otlp.headers', `without ${name}, which a request sets itself`)
  try {
    new Headers([[name, String(value)]])
  } catch {
    throw badOption('otlp.headers', `names and values of HTTP headers, got another of ${JSON.stringify(name)}`)
  }
}

const badOption = (name: string, expected: string): CollectorError =>
  new CollectorError('bad_option', `Expected \`${name}\` to be ${expected}`)

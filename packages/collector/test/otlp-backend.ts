/** A backend of OpenTelemetry that keeps what it is sent, and answers as its test wants. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

/** What `opentelemetry/proto/collector/logs/v1` has, in JSON, and nothing else: a field that it does not know is a mistake. */
type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>
interface KeyValue {
  key: string
  value: AnyValue
}

const int64 = z.string().regex(/^-?\d{1,19}$/)
const uint64 = z.string().regex(/^\d{1,20}$/)
const anyValue: z.ZodType<AnyValue> = z.lazy(() =>
  z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ boolValue: z.boolean() }),
    z.strictObject({ intValue: int64 }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ arrayValue: z.strictObject({ values: z.array(anyValue) }) }),
    z.strictObject({ kvlistValue: z.strictObject({ values: z.array(keyValue) }) }),
    z.strictObject({}) as unknown as z.ZodType<Record<string, never>>,
  ]),
)
const keyValue: z.ZodType<KeyValue> = z.lazy(() => z.strictObject({ key: z.string(), value: anyValue }))
const attributes = z.array(keyValue)

const logRecord = z.strictObject({
  timeUnixNano: uint64,
  observedTimeUnixNano: uint64,
  severityNumber: z.int().min(1).max(24).optional(),
  severityText: z.string().optional(),
  eventName: z.string(),
  body: anyValue,
  attributes,
})

export const exportRequest = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeLogs: z.array(
        z.strictObject({ scope: z.strictObject({ name: z.string() }), logRecords: z.array(logRecord) }),
      ),
    }),
  ),
})

export type ExportRequest = z.infer<typeof exportRequest>

export interface ReceivedRecord {
  readonly session: string
  readonly seq: number
  readonly type: string
}

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders
  readonly path: string
  readonly request: ExportRequest
  readonly records: readonly ReceivedRecord[]
}

type Answer = (request: ReceivedRequest, response: ServerResponse) => void

const takes: Answer = (_request, response) => void response.setHeader('content-type', 'application/json').end('{}')

export async function aBackend(first: Answer = takes) {
  let answer = first
  const requests: ReceivedRequest[] = []
  /** Those that were taken. */
  const taken: ReceivedRequest[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = exportRequest.parse(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()))
      const received = { headers: incoming.headers, path: incoming.url ?? '', request, records: recordsOf(request) }
      requests.push(received)
      answer(received, response)
      if (response.writableEnded && response.statusCode === 200) taken.push(received)
    })
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(async () => void (await close()))
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    taken,
    /** All that was taken, in order. */
    records: () => taken.flatMap(({ records }) => records),
    answer(next: Answer = takes) {
      answer = next
    },
    /** Nobody listens there any more. */
    close,
    reopen: () => listen(port),
  }
}

export const answerWith =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

/** In the order in which they stand. */
export function recordsOf({ resourceLogs }: ExportRequest): readonly ReceivedRecord[] {
  return resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ eventName, attributes: own }) => ({
        session: String(attributeOf(own, 'downlink.session_id')),
        seq: Number(attributeOf(own, 'downlink.seq')),
        type: eventName,
      })),
    ),
  )
}

/** A scalar attribute. */
export function attributeOf(own: readonly KeyValue[], key: string): unknown {
  const value = own.find((one) => one.key === key)?.value
  return value && Object.values(value)[0]
}

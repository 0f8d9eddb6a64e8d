/** Encodes log records as the body of an OTLP/HTTP request: `ExportLogsServiceRequest`, as JSON. */
import type { EncodedRecord } from './log-record.ts'

export function encodeRequest(records: readonly EncodedRecord[]): string {
  const byResource = new Map<string, string[]>()
  for (const { resource, text } of records) {
    const texts = byResource.get(resource)
    if (texts) texts.push(text)
    else byResource.set(resource, [text])
  }
  const resourceLogs = [...byResource].map(
    ([resource, texts]) =>
      `{"resource":${resource},"scopeLogs":[{"scope":{"name":"downlink"},"logRecords":[${texts}]}]}`,
  )
  return `{"resourceLogs":[${resourceLogs}]}`
}

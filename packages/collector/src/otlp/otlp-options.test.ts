import { expect, it } from 'vitest'
import { type OtlpOptions, resolveOtlpOptions } from './otlp-options.ts'

const url = 'http://127.0.0.1:4318'

it.each([
  [url, `${url}/v1/logs`],
  [`${url}/`, `${url}/v1/logs`],
  ['https://otlp.example/otlp', 'https://otlp.example/otlp/v1/logs'],
  ['https://otlp.example/a/v1/logs/?key=x#y', 'https://otlp.example/a/v1/logs?key=x'],
])('sends from %s to %s', (given, expected) => {
  expect(resolveOtlpOptions({ url: given }).url).toBe(expected)
})

it.each<[string, Partial<OtlpOptions>]>([
  ['no address', { url: 'collector:4318' }],
  ['another protocol', { url: 'grpc://127.0.0.1:4317' }],
  ['a user in it', { url: 'https://s3cret:s3cret@otlp.example' }],
  ['no header', { headers: { 'a b': 's3cret' } }],
  ['a line in a header', { headers: { 'api-key': 's3cret\r\nx: y' } }],
  ['a header of its own', { headers: { 'Content-Type': 's3cret' } }],
  ['no name', { serviceName: '' }],
  ['no record', { batchRecords: 0 }],
  ['no number', { timeoutMs: Number.NaN }],
  ['no room', { maxBacklogBytes: 1000 }],
])('refuses %s, and repeats no secret', (_case, options) => {
  expect(() => resolveOtlpOptions({ url, ...options })).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.not.stringContaining('s3cret') }),
  )
})

it('keeps no more of the log than a quarter of what may be kept at all', () => {
  expect(resolveOtlpOptions({ url }, 400_000_000).maxBacklogBytes).toBe(100_000_000)
})
